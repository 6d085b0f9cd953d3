"""The border to the shop, another system than ours: the protocol that a real shop's adapter fills.

The demo shop (tools/demo_shop) fills it from SQLite. An adapter answers with validated records and knows nothing of
who asks: that is checked in the tools.
"""

from typing import Protocol

from tools.records import Order


class ShopUnavailable(Exception):
    """The shop gives no answer, or none that can be trusted; `mend` is what repairs it."""

    def __init__(self, problem: str, mend: str) -> None:
        super().__init__(f"shop: {problem}. {mend}")
        self.problem = problem
        self.mend = mend


class Shop(Protocol):
    """What tools ask a shop. Called from several threads at once."""

    def order(self, order_id: str) -> Order | None:
        """Return the order of this id, whoever it belongs to, or None; raises ShopUnavailable."""
        ...

    def close(self) -> None:
        """Let go of connections."""
        ...
