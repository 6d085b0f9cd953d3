"""Counting within a window: whoever waits as long as is said is let in, and nobody gets more than the limit."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.store.counts import Limit, count
from service.store.store import Store
from tests.service.databases import Fresh

START = datetime(2026, 11, 25, 12, 0, 0, tzinfo=UTC)
SUBJECTS = iter(range(1_000_000))


@pytest.fixture(scope="module")
def store(fresh_sqlite_database: Fresh) -> Iterator[Store]:
    opened = Store(fresh_sqlite_database())
    yield opened
    opened.close()


@settings(deadline=None, max_examples=25)
@given(st.integers(1, 6), st.lists(st.floats(0, 40), min_size=1, max_size=25))
def test_whoever_waits_as_long_as_is_said_is_let_in(store: Store, most: int, pauses: list[float]) -> None:
    limit, subject, now = Limit(most, 60), f"s{next(SUBJECTS)}", START
    wait = 0
    for pause in pauses:
        now += timedelta(seconds=pause)
        wait = store.write_now(lambda session, at=now: count(session, subject, limit, at), False)
    if wait:
        now += timedelta(seconds=wait)
        assert store.write_now(lambda session: count(session, subject, limit, now), False) == 0


@settings(deadline=None, max_examples=25)
@given(st.integers(1, 6), st.lists(st.floats(0, 20), min_size=1, max_size=40))
def test_no_window_of_the_clock_has_more_than_the_limit(store: Store, most: int, pauses: list[float]) -> None:
    limit, subject, now, admitted = Limit(most, 60), f"s{next(SUBJECTS)}", START, []
    for pause in pauses:
        now += timedelta(seconds=pause)
        if not store.write_now(lambda session, at=now: count(session, subject, limit, at), False):
            admitted.append(now)
    by_minute = [moment.replace(second=0, microsecond=0) for moment in admitted]
    assert all(by_minute.count(minute) <= most for minute in by_minute)
