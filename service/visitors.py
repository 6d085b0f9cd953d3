"""An anonymous visitor may see one order: by its number and the e-mail address on it, with few attempts."""

from service.store.counts import Limit
from tools.email_address import address_mentions
from tools.orders import order_id_mentions

ATTEMPTS = Limit(most=5, seconds=3600)  # of one visitor
ATTEMPTS_ON_ORDER = Limit(most=20, seconds=3600)  # of all visitors together


def proof_in(earlier: str, words: str) -> tuple[str, str] | None:
    """Return the order number and the e-mail address that stand in a visitor's words, the last of each.

    None where the newest words bring neither: what was tried before is not tried again.
    """
    if not (order_id_mentions(words) or address_mentions(words)):
        return None
    said = f"{earlier}\n{words}"
    orders, addresses = order_id_mentions(said), address_mentions(said)
    return (orders[-1], addresses[-1]) if orders and addresses else None
