"""Runs short transactions in threads, so that the event loop never waits for the database.

A unit of work is a function of a session. What it raises of the domain passes; what the database raises becomes
StoreUnavailable or a kind of it, after which nothing of it was kept.
"""

import asyncio
import math
import sqlite3
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import TypeVar

from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlmodel import Session

from service.store.engine import DURABLE, POOL, POSTGRES, SQLITE, WRITE, open_engine
from service.store.errors import StoreBusy, StoreDamaged, StoreUnavailable

__all__ = ["Session", "Store", "StoreBusy", "StoreUnavailable"]  # what the service may know of the database

T = TypeVar("T")
LONGEST_S = 2.0  # that a caller waits for a unit, whatever the database and its disk do
RETRIES = 2  # of transactions that a database gave up for another's sake
_GIVEN_UP = {"40001", "40P01"}  # serialization failure, deadlock
_LOCKED = {"55P03", "57014", "53300"}  # lock not available, statement timeout, too many connections
_NOT_WHOLE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


class Store:
    """One database. Any number of processes may open it."""

    def __init__(self, url: str) -> None:
        """Open the database; raises BadUrlError. Nothing is connected before the first transaction."""
        self.engine = open_engine(url)
        self.kind: str = self.engine.dialect.name
        self._readers = self._writers = ThreadPoolExecutor(max_workers=POOL, thread_name_prefix="store")
        if self.kind == SQLITE:
            # It has one writer at a time. Ours wait in a queue; among threads it would let any one go first, and
            # others until they give up.
            self._writers = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store-writer")

    async def read(self, unit: Callable[[Session], T]) -> T:
        """Run a unit that only reads."""
        return await _within(LONGEST_S, self._readers, partial(self.read_now, unit))

    async def write(self, unit: Callable[[Session], T], *, durable: bool = True, within: float = LONGEST_S) -> T:
        """Run a unit in one transaction: all of it is kept, or nothing.

        A caller that is cancelled leaves it running to its end, so that it is never half done. One that has waited
        `within` seconds gets StoreUnavailable, and the unit is not committed after that. What is not durable may be
        lost in a power cut, and in nothing else.
        """
        until = time.monotonic() + within
        return await _within(within, self._writers, partial(self.write_now, unit, durable, until))

    def read_now(self, unit: Callable[[Session], T]) -> T:
        """Run a unit that only reads, in this thread."""
        with translated(), self.engine.connect() as connection, Session(connection) as session:
            return unit(session)

    def write_now(self, unit: Callable[[Session], T], durable: bool = True, until: float = math.inf) -> T:
        """Run a unit that writes, in this thread; see `write`."""
        for attempt in range(RETRIES + 1):
            try:
                return self._once(unit, durable, until)
            except DBAPIError as problem:
                if _code(problem) not in _GIVEN_UP or attempt == RETRIES:
                    raise _problem(problem) from problem
        raise AssertionError("unreachable")

    def _once(self, unit: Callable[[Session], T], durable: bool, until: float) -> T:
        options = {WRITE: True, DURABLE: durable}
        with translated(passing=_GIVEN_UP), self.engine.connect().execution_options(**options) as connection:
            with connection.begin(), Session(connection, expire_on_commit=False) as session:
                if not durable and connection.dialect.name == POSTGRES:
                    connection.exec_driver_sql("SET LOCAL synchronous_commit = off")
                result = unit(session)
                session.flush()
                if time.monotonic() > until:
                    raise StoreUnavailable  # whoever asked for it has been told that it is not kept
            return result

    def close(self) -> None:
        """Wait for what is running and let go of the connections."""
        self._writers.shutdown(wait=True)
        self._readers.shutdown(wait=True)
        self.engine.dispose()


async def _within(seconds: float, threads: ThreadPoolExecutor, work: Callable[[], T]) -> T:
    try:
        async with asyncio.timeout(seconds):
            return await asyncio.get_running_loop().run_in_executor(threads, work)
    except TimeoutError as problem:
        raise StoreUnavailable from problem


@contextmanager
def translated(passing: set[str] | frozenset[str] = frozenset()) -> Iterator[None]:
    """Let integrity errors through, since they mean something to the unit's caller, and codes that are retried."""
    try:
        yield
    except IntegrityError:
        raise
    except PoolTimeout as problem:
        raise StoreBusy from problem
    except DBAPIError as problem:
        if _code(problem) in passing:
            raise
        raise _problem(problem) from problem
    except (SQLAlchemyError, sqlite3.Error, OSError) as problem:
        raise StoreUnavailable from problem


def _problem(problem: DBAPIError) -> StoreUnavailable:
    if getattr(problem.orig, "sqlite_errorcode", 0) & 0xFF in _NOT_WHOLE:  # the rest of the code says where
        return StoreDamaged()
    locked = _code(problem) in _LOCKED | _GIVEN_UP or "database is locked" in str(problem.orig)
    return StoreBusy() if locked else StoreUnavailable()


def _code(problem: DBAPIError) -> str:
    return str(getattr(problem.orig, "sqlstate", None) or "")
