"""The demo shop's tables. SQLModel does not validate table rows, so the database's own checks do."""

from datetime import date

from sqlmodel import CheckConstraint, Field, SQLModel


class CustomerRow(SQLModel, table=True):
    """A customer."""

    __tablename__ = "customer"

    customer_id: str = Field(primary_key=True)
    name: str
    email: str = Field(unique=True)
    segment: str
    language: str
    since: date


class OrderRow(SQLModel, table=True):
    """An order; money is in minor units of its currency."""

    __tablename__ = "order"
    __table_args__ = (
        CheckConstraint("status IN ('processing', 'shipped', 'delivered', 'lost', 'cancelled')"),
        CheckConstraint("length(currency) = 3"),
        CheckConstraint("delivery_fee_minor >= 0 AND paid_minor >= 0"),
        CheckConstraint("refunded_minor BETWEEN 0 AND paid_minor"),
        CheckConstraint("status <> 'delivered' OR delivered_on IS NOT NULL"),
        CheckConstraint("status NOT IN ('shipped', 'lost') OR shipped_on IS NOT NULL"),
        CheckConstraint("shipped_on IS NULL OR shipped_on >= placed_on"),
        CheckConstraint("delivered_on IS NULL OR delivered_on >= placed_on"),
    )

    order_id: str = Field(primary_key=True)
    customer_id: str = Field(foreign_key="customer.customer_id", index=True)
    status: str
    placed_on: date
    shipped_on: date | None = None
    expected_on: date | None = None
    delivered_on: date | None = None
    currency: str
    delivery_fee_minor: int
    paid_minor: int
    refunded_minor: int = 0


class OrderLineRow(SQLModel, table=True):
    """One line of an order."""

    __tablename__ = "order_line"
    __table_args__ = (
        CheckConstraint("kind IN ('goods', 'digital', 'plan', 'gift_card')"),
        CheckConstraint("price_minor >= 0"),
        CheckConstraint("downloaded_on IS NULL OR kind = 'digital'"),
    )

    order_id: str = Field(foreign_key="order.order_id", primary_key=True)
    position: int = Field(primary_key=True)
    title: str
    kind: str
    price_minor: int
    final_sale: bool = False
    downloaded_on: date | None = None


class RefundRow(SQLModel, table=True):
    """Money paid back: one row for each key, for ever."""

    __tablename__ = "refund"
    __table_args__ = (
        CheckConstraint("amount_minor > 0"),
        CheckConstraint("length(currency) = 3"),
        CheckConstraint("length(key) BETWEEN 1 AND 200"),
    )

    refund_id: str = Field(primary_key=True)
    key: str = Field(unique=True)
    order_id: str = Field(foreign_key="order.order_id", index=True)
    amount_minor: int
    currency: str
    issued_at: str  # ISO 8601 with its offset, which SQLite's own time type would drop


class EditionRow(SQLModel, table=True):
    """Which edition of the seeded data a file holds."""

    __tablename__ = "edition"

    edition: str = Field(primary_key=True)
