"""Another process holds the database: whoever would write is told so in time, nobody else notices, and it passes."""

import asyncio
import sqlite3
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import httpx2
import psycopg
import pytest

from service.store.counts import Limit, count
from service.store.decisions import decision_of
from service.store.errors import StoreBusy
from tests.service.databases import POSTGRES_SLOWLY
from tests.service.http.standstill import Standstill
from tests.service.running import Running

IN_TIME = 3.0  # seconds
AT_ONCE = 12  # requests: more than the store has threads
LATE = 0.5  # these machines are shared
TICKET = {"text": "Where is my order A-10234?", "customer_id": "C-1001"}
BOTH = pytest.mark.parametrize("url", POSTGRES_SLOWLY, indirect=True)
Lock = Callable[..., AbstractContextManager[None]]


@pytest.fixture
def lock(url: str) -> Lock:
    """Hold the database as another process would; on Postgres its tables, in a mode."""

    def held(mode: str = "EXCLUSIVE") -> AbstractContextManager[None]:
        return _sqlite(url.removeprefix("sqlite:///")) if url.startswith("sqlite") else _postgres(url, mode)

    return held


@contextmanager
def _sqlite(file: str) -> Iterator[None]:
    connection = sqlite3.connect(file, isolation_level=None, timeout=5)
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")
        connection.close()


@contextmanager
def _postgres(url: str, mode: str) -> Iterator[None]:
    with psycopg.connect(url) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        connection.execute(f"LOCK TABLE {', '.join(name for (name,) in tables)} IN {mode} MODE")
        yield
        connection.rollback()


async def refused_in_time(asking: Awaitable[httpx2.Response]) -> None:
    started = time.monotonic()
    answer = await asking
    assert time.monotonic() - started < IN_TIME
    assert answer.status_code == 503, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert 1 <= int(answer.headers["retry-after"]) <= 5


@BOTH
async def test_while_it_is_locked_writers_are_told_so_and_after_it_served(service: Running, lock: Lock) -> None:
    with lock(), Standstill() as still:
        asking = [asyncio.create_task(refused_in_time(service.post("/v1/triage", TICKET))) for _ in range(AT_ONCE)]
        while not all(asked.done() for asked in asking):
            started = time.monotonic()
            assert (await service.get("/livez")).status_code == 200
            took = time.monotonic() - started
            assert took < LATE or took - still.seconds_since(started) < LATE
            await asyncio.sleep(0.02)
        await asyncio.gather(*asking)
        assert (await service.get("/readyz")).status_code == 200  # it can still be read
    assert (await service.post("/v1/triage", TICKET)).status_code == 200


@BOTH
async def test_a_short_lock_is_waited_for(service: Running, lock: Lock) -> None:
    with lock():
        asked = asyncio.ensure_future(service.post("/v1/triage", TICKET))
        await asyncio.sleep(0.1)
    assert (await asked).status_code == 200


@BOTH
async def test_units_that_read_go_on_and_units_that_write_are_busy(service: Running, lock: Lock) -> None:
    store, now = service.parts.store, service.clock()
    with lock():
        assert await store.read(lambda session: decision_of(session, "none")) is None
        with pytest.raises(StoreBusy):
            await store.write(lambda session: count(session, "anything", Limit(1, 60), now))
    assert await store.write(lambda session: count(session, "anything", Limit(1, 60), now)) == 0


@pytest.mark.parametrize("url", ["postgres"], indirect=True)
async def test_tables_that_can_not_even_be_read_are_a_refusal_too(service: Running, lock: Lock) -> None:
    with lock("ACCESS EXCLUSIVE"):
        await refused_in_time(service.get("/readyz"))
        await refused_in_time(service.post("/v1/triage", TICKET))
        assert (await service.get("/livez")).status_code == 200
    assert (await service.get("/readyz")).status_code == 200
