"""Nobody waits for the database longer than is said, and what somebody was told is not kept is not kept."""

import threading
import time
from collections.abc import Callable, Iterator

import pytest
from sqlmodel import Session, func, select, text

from service.store.counts import Limit, count
from service.store.engine import POOL
from service.store.errors import StoreUnavailable
from service.store.postgres import BoundedConnection
from service.store.store import Store
from service.store.tables import CountRow
from tests.service.databases import Fresh
from tests.service.store.rows import NOW

SOON = 0.1  # seconds
LATE = 2.0  # these machines are shared


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest) -> str:
    fresh: Fresh = request.getfixturevalue(f"fresh_{request.param}_database")
    return fresh()


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    opened = Store(url)
    yield opened
    opened.close()


def kept(url: str) -> int:
    """How many rows there are, once all who were at work have ended."""
    store = Store(url)
    found = store.read_now(lambda session: session.exec(select(func.count()).select_from(CountRow)).one())
    store.close()
    return found


def slow(go_on: threading.Event) -> Callable[[Session], None]:
    """Return a unit that writes and then hangs, as on a disk that does."""

    def unit(session: Session) -> None:
        count(session, "slow", Limit(1, 60), NOW)
        assert go_on.wait(timeout=20)

    return unit


async def test_what_takes_too_long_is_not_kept(url: str, store: Store) -> None:
    go_on = threading.Event()
    started = time.monotonic()
    with pytest.raises(StoreUnavailable):
        await store.write(slow(go_on), within=SOON)
    assert time.monotonic() - started < LATE
    go_on.set()
    store.close()
    assert kept(url) == 0


@pytest.mark.parametrize("url", ["postgres"], indirect=True)  # SQLite lets one write at a time
async def test_what_has_to_wait_for_its_turn_too_long_never_runs(store: Store) -> None:
    go_on, ran = threading.Event(), list[Session]()
    for _ in range(POOL):
        with pytest.raises(StoreUnavailable):
            await store.write(lambda _: go_on.wait(timeout=20), within=SOON)
    with pytest.raises(StoreUnavailable):
        await store.write(ran.append, within=SOON)
    go_on.set()
    store.close()
    assert ran == []


async def test_what_is_in_time_is_kept(url: str, store: Store) -> None:
    go_on = threading.Event()
    go_on.set()
    await store.write(slow(go_on))
    assert kept(url) == 1


@pytest.mark.parametrize("url", ["postgres"], indirect=True)
async def test_a_connection_that_says_nothing_is_given_up(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that sleeps is to us like one that is frozen."""
    monkeypatch.setattr(BoundedConnection, "longest_s", SOON)

    def sleep(session: Session) -> None:
        session.execute(text("SELECT pg_sleep(1.5)"))

    started = time.monotonic()
    with pytest.raises(StoreUnavailable):
        store.write_now(sleep)
    assert time.monotonic() - started < 1.5
    monkeypatch.undo()
    assert await store.read(lambda session: session.execute(text("SELECT 1")).scalar_one()) == 1
