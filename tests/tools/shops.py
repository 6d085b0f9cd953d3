"""Shops for tests: one without a database, one that is down, and orders made for a purpose."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NoReturn

from tools.demo_shop.seed import SHOP_DAY, seeded_customers
from tools.records import LineKind, Order, OrderLine, OrderStatus, Refund
from tools.shop import ShopUnavailable


def lost_order(number: int, paid_minor: int = 10_000, refunded_minor: int = 0) -> Order:
    """Make an order of which everything that is left may be refunded."""
    return Order(
        order_id=f"A-{number}",
        customer_id=next(seeded_customers()).customer_id,
        status=OrderStatus.LOST,
        placed_on=SHOP_DAY,
        shipped_on=SHOP_DAY,
        expected_on=None,
        delivered_on=None,
        currency="EUR",
        delivery_fee_minor=0,
        paid_minor=paid_minor,
        refunded_minor=refunded_minor,
        lines=(OrderLine(title="Thing", kind=LineKind.GOODS, price_minor=paid_minor),),
    )


@dataclass(frozen=True)
class ShopInMemory:
    """A shop without a database, for one thread; it pays whatever it is asked and keeps what it was asked."""

    orders: dict[str, Order]
    asked: list[dict[str, object]] = field(default_factory=list)

    def order(self, order_id: str) -> Order | None:
        return self.orders.get(order_id)

    def belongs_to(self, order_id: str, email: str) -> bool:
        return False

    def refund(
        self, order_id: str, amount_minor: int, currency: str, key: str, *, seen_refunded_minor: int | None = None
    ) -> Refund:
        content = {"order_id": order_id, "amount_minor": amount_minor, "currency": currency, "key": key}
        self.asked.append(content | {"seen_refunded_minor": seen_refunded_minor})
        return Refund(**content, refund_id="RF-1", issued_at=datetime.now(UTC))  # type: ignore[arg-type]

    def find_refund(self, order_id: str, key: str) -> Refund | None:
        return None

    def close(self) -> None:
        pass


class ShopThatIsDown:
    """A shop that gives no answer."""

    def _down(self, *_: object, **__: object) -> NoReturn:
        raise ShopUnavailable("down", "Start it.")

    order = belongs_to = refund = find_refund = _down

    def close(self) -> None:
        pass
