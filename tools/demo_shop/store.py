"""The demo shop behind tools.shop.Shop: reads its database, and pays refunds over a connection of their own."""

import sqlite3
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError
from sqlalchemy import Connection, Engine, RowMapping, bindparam, select
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as QueueFull
from sqlmodel import SQLModel, col, text

from tools.demo_shop import refunds
from tools.demo_shop.database import open_engine, open_paying_engine
from tools.demo_shop.tables import CustomerRow, EditionRow, OrderLineRow, OrderRow
from tools.email_address import same_address
from tools.records import Customer, LineKind, Order, OrderLine, OrderStatus, Refund, RefundAsked
from tools.shop import ShopUnavailable

# Written once and read as plain rows: objects of the session cost a look-up three times as much.
_ORDERS, _LINES = (SQLModel.metadata.tables[str(table.__tablename__)] for table in (OrderRow, OrderLineRow))
ORDERS = select(_ORDERS).order_by(_ORDERS.c.order_id)
ORDER_IDS = select(_ORDERS.c.order_id)
ORDER = select(_ORDERS).where(_ORDERS.c.order_id == bindparam("order_id"))
ALL_LINES = select(_LINES).order_by(_LINES.c.order_id, _LINES.c.position)
LINES = ALL_LINES.where(_LINES.c.order_id == bindparam("order_id"))
_CUSTOMERS = SQLModel.metadata.tables[str(CustomerRow.__tablename__)]
CUSTOMERS = select(_CUSTOMERS).order_by(_CUSTOMERS.c.customer_id)
EMAIL = (
    select(_ORDERS.c.order_id, _CUSTOMERS.c.email)
    .join_from(_ORDERS, _CUSTOMERS, _ORDERS.c.customer_id == _CUSTOMERS.c.customer_id)
    .where(_ORDERS.c.order_id == bindparam("order_id"))
)
EDITION = select(col(EditionRow.edition))


@dataclass(frozen=True)
class _Known:
    """The orders that there are, in order and for looking up."""

    ids: tuple[str, ...]
    members: frozenset[str]


class DemoShop:
    """Answers from one SQLite file; see tools.shop.Shop. Raises ShopUnavailable when the file is absent or damaged.

    Where there is no such order, another is read in its place and not returned: the time of an answer must not tell
    which orders exist.
    """

    def __init__(self, file: Path) -> None:
        self._mend = f"Remove {file}; it is made anew by `triage shop`."
        if file.is_dir():
            raise ShopUnavailable(f"{file} is a folder", "Remove it; `triage shop` makes a file in its place.")
        if not file.is_file():
            raise ShopUnavailable("the demo shop has not been made", "Run `triage shop`.")
        self._engine = open_engine(file)
        self._paying_engine = open_paying_engine(file)
        self._known: _Known | None = None

    def order(self, order_id: str) -> Order | None:
        """See Shop.order."""
        with self._connection() as connection:
            read = self._read(connection, order_id)
            row = connection.execute(ORDER, read).mappings().one_or_none()
            if row is None:  # a shop without orders
                return None
            found = _order(row, connection.execute(LINES, read).mappings().all())
            return found if found.order_id == order_id else None

    def belongs_to(self, order_id: str, email: str) -> bool:
        """See Shop.belongs_to."""
        with self._connection() as connection:
            row = connection.execute(EMAIL, self._read(connection, order_id)).mappings().one_or_none()
            if row is None:  # a shop without orders
                return False
            same = same_address(row["email"], email)
            return same and bool(row["order_id"] == order_id)

    def refund(
        self, order_id: str, amount_minor: int, currency: str, key: str, *, seen_refunded_minor: int | None = None
    ) -> Refund:
        """See Shop.refund."""
        asked = RefundAsked(order_id=order_id, amount_minor=amount_minor, currency=currency, key=key)
        with self._connection(self._paying_engine) as connection, connection.begin():
            return refunds.pay(connection, asked, seen_refunded_minor)

    def find_refund(self, order_id: str, key: str) -> Refund | None:
        """See Shop.find_refund."""
        with self._connection() as connection:
            return refunds.find_refund(connection, _storable(order_id), _storable(key))

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
        self._paying_engine.dispose()

    def _read(self, connection: Connection, order_id: str) -> dict[str, str]:
        """Return which order to read: the one that is asked for, else one that stands in for it, each time the same."""
        known = self._known
        if known is None:  # the seeded ones, which nothing adds to
            ids = tuple(connection.execute(ORDER_IDS).scalars().all())
            # In one step: a thread that met half of it would take an order for one that does not exist.
            known = self._known = _Known(ids, frozenset(ids))
        asked = _storable(order_id)
        stand_in = known.ids[zlib.crc32(asked.encode()) % len(known.ids)] if known.ids else asked
        return {"order_id": asked if asked in known.members else stand_in}

    @contextmanager
    def _connection(self, engine: Engine | None = None) -> Iterator[Connection]:
        try:
            with (engine or self._engine).connect() as connection:
                yield connection
        except (SQLAlchemyError, sqlite3.Error, ValidationError, ValueError) as problem:
            if _is_busy(problem):  # nobody is to remove a file for this
                raise ShopUnavailable("the demo shop's database is busy", "Ask again.") from problem
            raise ShopUnavailable("the demo shop's database is damaged", self._mend) from problem


def _storable(text: str) -> str:
    """Return the text without halves of characters, which SQLite takes for damage when it is asked for them."""
    return text.encode("utf-8", "replace").decode()


def _is_busy(problem: Exception) -> bool:
    """Say whether others kept the file, or the one connection that pays, for longer than is waited."""
    original = problem.orig if isinstance(problem, DBAPIError) else problem
    code = getattr(original, "sqlite_errorcode", sqlite3.SQLITE_OK) & 0xFF  # the low byte is the plain code
    return isinstance(problem, QueueFull) or code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


def _order(row: RowMapping, lines: Iterable[RowMapping]) -> Order:
    fields = dict(row) | {"status": OrderStatus(row["status"])}
    return Order(**fields, lines=tuple(_line(line) for line in lines))


def _line(row: RowMapping) -> OrderLine:
    fields = {name: value for name, value in row.items() if name not in {"order_id", "position"}}
    return OrderLine(**fields | {"kind": LineKind(row["kind"])})
