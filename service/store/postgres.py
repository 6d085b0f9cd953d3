"""Connections to Postgres that wait boundedly for a server which is there and says nothing.

Its own timeouts are kept by the server, so they do not help where it is frozen, and those of TCP end only a
connection whose other machine is gone.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import psycopg
from psycopg.abc import PQGen
from sqlalchemy import Connection, Dialect

T = TypeVar("T")
LONGEST_S = 2.0  # for one answer; more than a statement may take


class BoundedConnection(psycopg.Connection[Any]):
    """Closes itself where an answer does not come in time; the pool then makes another."""

    longest_s: float | None = LONGEST_S

    def wait(self, gen: PQGen[T], interval: float = 0.1, timeout: float | None = None) -> T:
        """See psycopg.Connection."""
        longest = timeout if timeout is not None else self.longest_s
        started = time.monotonic()
        try:
            return super().wait(gen, interval, longest)
        except psycopg.OperationalError:
            if timeout is None and longest is not None and time.monotonic() - started >= longest:
                self.close()
            raise


def connect(_dialect: Dialect, _record: object, arguments: list[Any], named: dict[str, Any]) -> BoundedConnection:
    """Connect for SQLAlchemy; see its event do_connect."""
    return BoundedConnection.connect(*arguments, **named)


@contextmanager
def unhurried(connection: Connection) -> Iterator[None]:
    """Let the transaction of a migration wait, and take, as long as it has to."""
    driver = connection.connection.driver_connection
    assert isinstance(driver, BoundedConnection)  # noqa: S101 - the engine makes no others
    driver.longest_s = None
    for timeout in ("lock_timeout", "statement_timeout"):
        connection.exec_driver_sql(f"SET LOCAL {timeout} = 0")
    try:
        yield
    finally:
        driver.longest_s = LONGEST_S
