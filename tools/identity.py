"""Who asks. Every tool takes an Identity and answers for nobody else."""

from dataclasses import dataclass

from tools.records import Order


@dataclass(frozen=True)
class Identity:
    """A verified customer, an anonymous visitor who proved one order by its e-mail address, or nobody."""

    customer_id: str | None = None
    proved_order_id: str | None = None

    def may_see(self, order: Order) -> bool:
        """Say whether the order is this one's own."""
        own = self.customer_id is not None and order.customer_id == self.customer_id
        return own or order.order_id == self.proved_order_id
