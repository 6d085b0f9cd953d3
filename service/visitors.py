"""An anonymous visitor may see one order: by its number and the e-mail address on it, with few attempts."""

import re

from service.store.counts import Limit
from tools.orders import order_id_mentions

ATTEMPTS = Limit(most=5, seconds=3600)  # of one visitor
ATTEMPTS_ON_ORDER = Limit(most=20, seconds=3600)  # of all visitors together
_ADDRESS = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9-]{0,62}\.){1,4}[A-Za-z]{2,24}(?![\w-])")


def proof_in(earlier: str, words: str) -> tuple[str, str] | None:
    """Return the order number and the e-mail address that stand in a visitor's words, the last of each.

    None where the newest words bring neither: what was tried before is not tried again.
    """
    if not (order_id_mentions(words) or _ADDRESS.search(words)):
        return None
    said = f"{earlier}\n{words}"
    orders, addresses = order_id_mentions(said), _ADDRESS.findall(said)
    return (orders[-1], addresses[-1]) if orders and addresses else None
