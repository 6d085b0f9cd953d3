"""Fills the demo shop's database with what was seeded, in one transaction."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, SQLModel

from tools.demo_shop.database import open_engine
from tools.demo_shop.tables import CustomerRow, EditionRow, OrderLineRow, OrderRow
from tools.records import Customer, Order
from tools.shop import ShopUnavailable


def fill(file: Path, edition: str, customers: Sequence[Customer], orders: Sequence[Order]) -> None:
    """Make the tables anew and write everything, in place of what the file held, refunds too.

    Other processes may have the file open: they see all of the old or all of the new. Raises ShopUnavailable where the
    disk is full or others keep the file locked; then it holds what it held before.
    """
    engine = open_engine(file)
    try:
        with engine.connect().execution_options(write=True) as connection, connection.begin():
            SQLModel.metadata.drop_all(connection)
            SQLModel.metadata.create_all(connection)
            session = Session(connection)
            session.add_all(CustomerRow(**customer.model_dump()) for customer in customers)
            session.flush()
            session.add_all(OrderRow(**order.model_dump(exclude={"lines"})) for order in orders)
            session.flush()
            session.add_all(_line_rows(orders))
            session.add(EditionRow(edition=edition))
            session.flush()
    except SQLAlchemyError as problem:
        raise ShopUnavailable(
            "the demo shop's database cannot be written", f"Look at {file} and its disk."
        ) from problem
    finally:
        engine.dispose()


def _line_rows(orders: Sequence[Order]) -> Iterator[OrderLineRow]:
    for order in orders:
        for position, line in enumerate(order.lines):
            yield OrderLineRow(order_id=order.order_id, position=position, **line.model_dump())
