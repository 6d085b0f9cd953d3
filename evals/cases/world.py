"""The world of a case: the shop's day, who asks, and the orders that exist. Given to the agent as a shop in memory."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from tools.money import Currency, Minor
from tools.records import LineKind, Order, OrderLine, OrderStatus, Refund
from tools.shop import RefundRefused

DEFAULT_DAY = date(2026, 10, 15)
LEFT_US = frozenset({OrderStatus.SHIPPED, OrderStatus.DELIVERED, OrderStatus.LOST})


class Written(BaseModel):
    """Common to all that a case says: closed and frozen."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class WorldLine(Written):
    """One line of an order; `price_minor` is what was paid for the whole line."""

    title: str
    kind: LineKind = LineKind.GOODS
    price_minor: Minor
    final_sale: bool = False
    downloaded_on: date | None = None


class WorldOrder(Written):
    """An order as a case states it; what follows from the rest may be left out."""

    id: str
    customer: str | None = Field(default=None, description="Whose order it is; the world's customer when left out.")
    status: OrderStatus
    placed_on: date
    shipped_on: date | None = Field(default=None, description="The day after it was placed when left out.")
    expected_on: date | None = None
    delivered_on: date | None = None
    currency: Currency = "EUR"
    delivery_fee_minor: Minor = 0
    refunded_minor: Minor = 0
    lines: tuple[WorldLine, ...] = Field(min_length=1)

    def order(self, customer_id: str) -> Order:
        """Return the record that a shop would give; raises ValidationError when it does not fit together."""
        left_us = self.status in LEFT_US and any(line.kind is LineKind.GOODS for line in self.lines)
        shipped_on = self.shipped_on or (self.placed_on + timedelta(days=1) if left_us else None)
        return Order(
            order_id=self.id,
            customer_id=self.customer or customer_id,
            status=self.status,
            placed_on=self.placed_on,
            shipped_on=shipped_on,
            expected_on=self.expected_on,
            delivered_on=self.delivered_on,
            currency=self.currency,
            delivery_fee_minor=self.delivery_fee_minor,
            paid_minor=sum(line.price_minor for line in self.lines) + self.delivery_fee_minor,
            refunded_minor=self.refunded_minor,
            lines=tuple(OrderLine(**line.model_dump()) for line in self.lines),
        )


class World(Written):
    """Day, customer and orders. Without a customer the visitor is anonymous and owns no order."""

    day: date = DEFAULT_DAY
    customer: str | None = None
    segment: Literal["known", "new", "enterprise"] = "known"
    orders: tuple[WorldOrder, ...] = ()

    def records(self) -> tuple[Order, ...]:
        """Return all orders as a shop would give them."""
        return tuple(order.order(self.customer or "C-0000") for order in self.orders)


class WorldShop:
    """A shop that holds the orders of one world; see tools.shop.Shop. It has nothing that could be written."""

    def __init__(self, orders: Iterable[Order]) -> None:
        self._orders = {order.order_id: order for order in orders}

    def order(self, order_id: str) -> Order | None:
        """See Shop.order."""
        return self._orders.get(order_id)

    def belongs_to(self, order_id: str, email: str) -> bool:  # noqa: ARG002 - the protocol's
        """See Shop.belongs_to; a world knows no addresses."""
        return False

    def refund(self, *_: object, **__: object) -> Refund:
        """See Shop.refund; nothing is ever paid here, since a run that is measured only reads."""
        raise RefundRefused("a world pays nothing")

    def find_refund(self, order_id: str, key: str) -> Refund | None:  # noqa: ARG002 - the protocol's
        """See Shop.find_refund."""
        return None

    def close(self) -> None:
        """See Shop.close."""
