"""Two transactions of Postgres that stand in each other's way: both end, and what is tried again is tried boundedly."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from sqlalchemy import make_url, update
from sqlmodel import Session, text

from service.store.errors import StoreBusy
from service.store.store import RETRIES, Store
from service.store.tables import CountRow
from tests.service.databases import Fresh
from tests.service.store.rows import NOW

SUBJECTS = ("one", "other")


@pytest.fixture
def url(fresh_postgres_database: Fresh) -> str:
    return fresh_postgres_database()


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """A database with two rows to fight over."""
    opened = Store(url)
    opened.write_now(
        lambda session: session.add_all(CountRow(subject=one, window=0, count=0, ends_at=NOW) for one in SUBJECTS)
    )
    yield opened
    opened.close()


def one_more(session: Session, subject: str) -> None:
    table = CountRow.__table__  # type: ignore[attr-defined]
    session.execute(update(table).where(table.c.subject == subject).values(count=table.c.count + 1))


class Crossing:
    """A unit that takes both rows; at its first attempt it waits until the other holds its first row too."""

    def __init__(self, order: tuple[str, ...], both_hold_one: threading.Barrier) -> None:
        self.order, self.both_hold_one, self.attempts = order, both_hold_one, 0

    def __call__(self, session: Session) -> None:
        self.attempts += 1
        first, second = self.order
        one_more(session, first)
        if self.attempts == 1:
            self.both_hold_one.wait(timeout=10)
        one_more(session, second)


def cross(store: Store) -> tuple[list[Crossing], list[BaseException | None]]:
    barrier = threading.Barrier(2)
    units = [Crossing(SUBJECTS, barrier), Crossing(SUBJECTS[::-1], barrier)]
    with ThreadPoolExecutor(2) as both:
        ended = [both.submit(store.write_now, unit) for unit in units]
        return units, [one.exception(timeout=20) for one in ended]


def counts(store: Store) -> set[int]:
    return store.read_now(lambda session: {session.get_one(CountRow, (one, 0)).count for one in SUBJECTS})


def test_a_deadlock_is_tried_again_and_both_are_kept(url: str, store: Store) -> None:
    with psycopg.connect(url, autocommit=True) as administrator:
        administrator.execute(f"ALTER DATABASE {make_url(url).database} SET deadlock_timeout = '50ms'")
    store.engine.dispose()
    units, problems = cross(store)
    assert problems == [None, None]
    attempts = [unit.attempts for unit in units]  # Postgres may give both up
    assert 1 < max(attempts) <= 1 + RETRIES
    assert counts(store) == {2}


def test_where_postgres_looks_for_deadlocks_later_both_end_all_the_same(store: Store) -> None:
    """By the time that a lock is waited for; what was refused is not there in part."""
    units, problems = cross(store)
    assert {type(problem) for problem in problems} <= {StoreBusy, type(None)}
    assert all(unit.attempts == 1 for unit in units)
    assert counts(store) == {problems.count(None)}


@pytest.mark.parametrize(("times", "kept"), [(1, True), (RETRIES, True), (RETRIES + 1, False)])
def test_a_serialization_failure_is_tried_again_so_often_and_no_oftener(store: Store, times: int, kept: bool) -> None:
    attempts = 0

    def overtaken(session: Session) -> None:
        nonlocal attempts
        attempts += 1
        session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
        session.get_one(CountRow, ("one", 0))
        if attempts <= times:
            store.write_now(lambda other: one_more(other, "one"))
        one_more(session, "one")

    if kept:
        store.write_now(overtaken)
    else:
        with pytest.raises(StoreBusy):
            store.write_now(overtaken)
    assert attempts == min(times, RETRIES) + 1
    assert store.read_now(lambda session: session.get_one(CountRow, ("one", 0)).count) == times + kept
