"""What a shop tells of customers, orders and refunds, validated at the border: an adapter's nonsense fails here."""

from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Annotated, Self

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from tools.money import Currency, Minor

# Printable ASCII without blanks, so that it is the same in a database, a header and an address.
RefundKey = Annotated[str, Field(pattern=r"^[!-~]{1,200}$")]


def _in_utc(at: datetime) -> datetime:
    return at.astimezone(UTC)


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


class RefundAsked(Record):
    """What is asked of a shop: this much of this order, once for each `key`."""

    order_id: str
    amount_minor: Minor = Field(gt=0)
    currency: Currency
    key: RefundKey


class Refund(RefundAsked):
    """Money that the shop has paid back; `issued_at` is in UTC."""

    refund_id: str = Field(min_length=1, max_length=200)
    issued_at: Annotated[AwareDatetime, AfterValidator(_in_utc)]

    def answers(self, asked: RefundAsked) -> bool:
        """Say whether this is what was asked, and not something else under the same key."""
        return all(getattr(self, name) == getattr(asked, name) for name in RefundAsked.model_fields)
