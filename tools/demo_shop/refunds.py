"""Pays the demo shop's refunds and finds those paid. Whoever pays holds the write lock from the look to the commit."""

import uuid
from datetime import UTC, datetime

from sqlalchemy import Connection, RowMapping, bindparam, insert, select, update
from sqlmodel import SQLModel

from tools.demo_shop.tables import OrderRow, RefundRow
from tools.records import Refund, RefundAsked
from tools.shop import RefundKeyReused, RefundRefused

_ORDERS, _REFUNDS = (SQLModel.metadata.tables[str(table.__tablename__)] for table in (OrderRow, RefundRow))
REFUND = select(_REFUNDS).where(_REFUNDS.c.key == bindparam("key"))
REFUND_OF_ORDER = REFUND.where(_REFUNDS.c.order_id == bindparam("order_id"))
BALANCE = select(_ORDERS.c.currency, _ORDERS.c.paid_minor, _ORDERS.c.refunded_minor).where(
    _ORDERS.c.order_id == bindparam("order_id")
)
PAY = insert(_REFUNDS)
ADD_TO_REFUNDED = (
    update(_ORDERS)
    .where(_ORDERS.c.order_id == bindparam("paid_order_id"))
    .values(refunded_minor=_ORDERS.c.refunded_minor + bindparam("paid_back_minor"))
)


def find_refund(connection: Connection, order_id: str, key: str) -> Refund | None:
    """Return what this key has paid for this order, or None."""
    row = connection.execute(REFUND_OF_ORDER, {"order_id": order_id, "key": key}).mappings().one_or_none()
    return _refund(row) if row else None


def pay(connection: Connection, asked: RefundAsked, seen_refunded_minor: int | None) -> Refund:
    """Pay inside a transaction that has begun with BEGIN IMMEDIATE, or return what the key has paid before.

    Raises RefundKeyReused and RefundRefused; see Shop.refund.
    """
    row = connection.execute(REFUND, {"key": asked.key}).mappings().one_or_none()
    if row is not None:
        before = _refund(row)
        if before.answers(asked):
            return before
        raise RefundKeyReused("the key has paid another order, amount or currency")
    balance = connection.execute(BALANCE, {"order_id": asked.order_id}).mappings().one_or_none()
    _may_be_paid(asked, balance, seen_refunded_minor)
    refund = Refund(**asked.model_dump(), refund_id=f"RF-{uuid.uuid4().hex}", issued_at=datetime.now(UTC))
    connection.execute(PAY, refund.model_dump() | {"issued_at": refund.issued_at.isoformat()})
    connection.execute(ADD_TO_REFUNDED, {"paid_order_id": asked.order_id, "paid_back_minor": asked.amount_minor})
    return refund


def _may_be_paid(asked: RefundAsked, balance: RowMapping | None, seen_refunded_minor: int | None) -> None:
    """Raise RefundRefused where there is no such order, or it stands otherwise than was asked."""
    if balance is None:
        raise RefundRefused("there is no such order")
    if asked.currency != balance["currency"]:
        raise RefundRefused("the order was paid in another currency")
    if seen_refunded_minor is not None and seen_refunded_minor != balance["refunded_minor"]:
        raise RefundRefused("the order has been refunded otherwise meanwhile")
    if asked.amount_minor > balance["paid_minor"] - balance["refunded_minor"]:
        raise RefundRefused("that is more than is left of the order")


def _refund(row: RowMapping) -> Refund:
    return Refund(**dict(row) | {"issued_at": datetime.fromisoformat(row["issued_at"])})
