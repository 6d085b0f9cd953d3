"""The border to the shop, another system than ours: the protocol that a real shop's adapter fills.

The demo shop (tools/demo_shop) fills it from SQLite, tools/http_shop.py over HTTP. An adapter answers with validated
records and knows nothing of who asks: that is checked in the tools.
"""

from typing import Protocol

from tools.records import Order, Refund


class ShopUnavailable(Exception):
    """The shop gives no answer, or none that can be trusted; `mend` is what repairs it."""

    def __init__(self, problem: str, mend: str) -> None:
        super().__init__(f"shop: {problem}. {mend}")
        self.problem = problem
        self.mend = mend


class RefundRefused(Exception):
    """The shop does not pay: no such order, another currency, more than is left, or the order changed meanwhile."""


class RefundKeyReused(Exception):
    """The key has paid another order, amount or currency before; this call has paid nothing."""


class Shop(Protocol):
    """What tools and the service ask a shop. Called from several threads at once."""

    def order(self, order_id: str) -> Order | None:
        """Return the order of this id, whoever it belongs to, or None; raises ShopUnavailable."""
        ...

    def belongs_to(self, order_id: str, email: str) -> bool:
        """Say whether the order's customer has this e-mail address; case and blanks around it don't count.

        An order that does not exist belongs to nobody, and is answered by the same work as one that does.
        Raises ShopUnavailable.
        """
        ...

    def refund(
        self, order_id: str, amount_minor: int, currency: str, key: str, *, seen_refunded_minor: int | None = None
    ) -> Refund:
        """Pay back this much in minor units, once for each key: asked again alike, the first refund is returned.

        With `seen_refunded_minor` it is paid only while this much of the order has been refunded, no more and no less:
        whoever judged an amount says what the judgement saw, so that two who judged at once don't both pay.
        Raises RefundRefused or RefundKeyReused, and nothing was paid; ShopUnavailable, and it may have been: ask again
        with the same key. Raises ValueError for what is no amount, currency or key (see tools.records.RefundAsked).
        """
        ...

    def find_refund(self, order_id: str, key: str) -> Refund | None:
        """Return what this key has paid for this order, or None; raises ShopUnavailable."""
        ...

    def close(self) -> None:
        """Let go of connections."""
        ...
