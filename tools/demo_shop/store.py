"""Reads and fills the demo shop's database. Opened read-only in spirit: only `fill` writes, in one transaction."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from pydantic import ValidationError
from sqlalchemy import Connection, Engine, RowMapping, bindparam, event, select
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, SQLModel, col, create_engine, text

from tools.demo_shop.tables import CustomerRow, EditionRow, OrderLineRow, OrderRow
from tools.records import Customer, LineKind, Order, OrderLine, OrderStatus
from tools.shop import ShopUnavailable

BUSY_TIMEOUT_MS = 500

# Written once and read as plain rows: objects of the session cost a look-up three times as much.
_ORDERS, _LINES = (SQLModel.metadata.tables[str(table.__tablename__)] for table in (OrderRow, OrderLineRow))
ORDERS = select(_ORDERS).order_by(_ORDERS.c.order_id)
ORDER = select(_ORDERS).where(_ORDERS.c.order_id == bindparam("order_id"))
ALL_LINES = select(_LINES).order_by(_LINES.c.order_id, _LINES.c.position)
LINES = ALL_LINES.where(_LINES.c.order_id == bindparam("order_id"))
_CUSTOMERS = SQLModel.metadata.tables[str(CustomerRow.__tablename__)]
CUSTOMERS = select(_CUSTOMERS).order_by(_CUSTOMERS.c.customer_id)
EDITION = select(col(EditionRow.edition))


class DemoShop:
    """Answers from one SQLite file; see tools.shop.Shop. Raises ShopUnavailable when the file is absent or damaged."""

    def __init__(self, file: Path) -> None:
        self._mend = f"Remove {file}; it is made anew by `triage shop`."
        if file.is_dir():
            raise ShopUnavailable(f"{file} is a folder", "Remove it; `triage shop` makes a file in its place.")
        if not file.is_file():
            raise ShopUnavailable("the demo shop has not been made", "Run `triage shop`.")
        self._engine = open_engine(file)

    def order(self, order_id: str) -> Order | None:
        """See Shop.order."""
        with self._connection() as connection:
            # The lines are asked for even where there is no order: an answer's time must not tell which ids exist.
            rows = connection.execute(ORDER, {"order_id": order_id}).mappings().all()
            lines = connection.execute(LINES, {"order_id": order_id}).mappings().all()
            return _order(rows[0], lines) if rows else None

    def orders(self) -> list[Order]:
        """Return all orders by id."""
        with self._connection() as connection:
            rows = connection.execute(ORDERS).mappings().all()
            lines: dict[str, list[RowMapping]] = {row["order_id"]: [] for row in rows}
            for line in connection.execute(ALL_LINES).mappings():
                lines[line["order_id"]].append(line)
            return [_order(row, lines[row["order_id"]]) for row in rows]

    def customers(self) -> list[Customer]:
        """Return all customers by id."""
        with self._connection() as connection:
            return [Customer.model_validate(dict(row)) for row in connection.execute(CUSTOMERS).mappings()]

    def edition(self) -> str:
        """Return which edition of the seeded data this is."""
        with self._connection() as connection:
            return str(connection.execute(EDITION).scalar_one())

    def check(self) -> None:
        """Let SQLite examine the whole file; raises ShopUnavailable when it is damaged."""
        with self._connection() as connection:
            verdict = connection.execute(text("PRAGMA integrity_check")).scalar_one()
        if verdict != "ok":
            raise ShopUnavailable("the demo shop's database is damaged", self._mend)

    def close(self) -> None:
        """See Shop.close."""
        self._engine.dispose()

    @contextmanager
    def _connection(self) -> Iterator[Connection]:
        try:
            with self._engine.connect() as connection:
                yield connection
        except (SQLAlchemyError, sqlite3.Error, ValidationError, ValueError) as problem:
            raise ShopUnavailable("the demo shop's database is damaged or locked", self._mend) from problem


def open_engine(file: Path) -> Engine:
    """Return an engine with WAL, foreign keys, a bounded wait for locks, and BEGIN IMMEDIATE where `write` is set."""
    engine = create_engine(f"sqlite:///{file}")
    event.listen(engine, "connect", _configure)
    event.listen(engine, "begin", _begin)
    return engine


def fill(file: Path, edition: str, customers: Sequence[Customer], orders: Sequence[Order]) -> None:
    """Create the tables in a new file and write everything in one transaction."""
    engine = open_engine(file)
    try:
        with engine.connect().execution_options(write=True) as connection, connection.begin():
            SQLModel.metadata.create_all(connection)
            session = Session(connection)
            session.add_all(CustomerRow(**customer.model_dump()) for customer in customers)
            session.flush()
            session.add_all(OrderRow(**order.model_dump(exclude={"lines"})) for order in orders)
            session.flush()
            session.add_all(_line_rows(orders))
            session.add(EditionRow(edition=edition))
            session.flush()
    finally:
        engine.dispose()


def _configure(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # transactions begin where `_begin` says so, not where the driver guesses
    for pragma in ("journal_mode=WAL", "foreign_keys=ON", "synchronous=NORMAL", f"busy_timeout={BUSY_TIMEOUT_MS}"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    write = connection.get_execution_options().get("write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def _line_rows(orders: Sequence[Order]) -> Iterator[OrderLineRow]:
    for order in orders:
        for position, line in enumerate(order.lines):
            yield OrderLineRow(order_id=order.order_id, position=position, **line.model_dump())


def _order(row: RowMapping, lines: Iterable[RowMapping]) -> Order:
    fields = dict(row) | {"status": OrderStatus(row["status"])}
    return Order(**fields, lines=tuple(_line(line) for line in lines))


def _line(row: RowMapping) -> OrderLine:
    fields = {name: value for name, value in row.items() if name not in {"order_id", "position"}}
    return OrderLine(**fields | {"kind": LineKind(row["kind"])})
