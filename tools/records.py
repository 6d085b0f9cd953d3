"""What a shop tells of customers and orders, validated at the border: an adapter that returns nonsense fails here."""

from datetime import date
from enum import StrEnum
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from tools.money import Currency, Minor


class OrderStatus(StrEnum):
    """Where an order is. What is sent by download, e-mail or as a plan counts as delivered when it is paid."""

    PROCESSING = "processing"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    LOST = "lost"
    CANCELLED = "cancelled"


class LineKind(StrEnum):
    """The kinds of things that the refund rules tell apart."""

    GOODS = "goods"
    DIGITAL = "digital"
    PLAN = "plan"
    GIFT_CARD = "gift_card"


class Record(BaseModel):
    """Common to all records: closed, frozen, strict."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class OrderLine(Record):
    """One line of an order; `price_minor` is what was paid for the whole line."""

    title: str
    kind: LineKind
    price_minor: Minor
    final_sale: bool = False
    downloaded_on: date | None = None


class Order(Record):
    """An order with its lines; days are the shop's."""

    order_id: str
    customer_id: str
    status: OrderStatus
    placed_on: date
    shipped_on: date | None
    expected_on: date | None
    delivered_on: date | None
    currency: Currency
    delivery_fee_minor: Minor
    paid_minor: Minor
    refunded_minor: Minor
    lines: tuple[OrderLine, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.refunded_minor > self.paid_minor:
            raise ValueError("more refunded than paid")
        if self.status is OrderStatus.DELIVERED and self.delivered_on is None:
            raise ValueError("delivered on no day")
        if self.status in {OrderStatus.SHIPPED, OrderStatus.LOST} and self.shipped_on is None:
            raise ValueError("shipped on no day")
        return self


class Customer(Record):
    """A customer as the shop knows one."""

    customer_id: str
    name: str
    email: str
    segment: str
    language: str
    since: date
