"""Sums of hours: the same whether Decisions were summed or are read as they are, and each counts once."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from service.store import hours
from service.store.engine import POSTGRES
from service.store.hours import HOUR, SETTLED, hours_since, sum_more
from service.store.store import Session, Store
from service.store.sums import WHOLE, Sums, over_all
from service.store.tables import Conversation, DecisionRow, HourSum
from tests.service.databases import Fresh
from tests.service.store.rows import NOW

ACTIONS = ("reply", "escalate", "reply", "ask_follow_up")


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    fresh: Fresh = request.getfixturevalue(f"fresh_{request.param}_database")
    opened = Store(fresh())
    yield opened
    opened.close()


def decide(session: Session, count: int, apart: timedelta) -> None:
    """Add Decisions, one after the other from NOW on."""
    session.add(Conversation(id="V-1", created_at=NOW, updated_at=NOW))
    session.flush()
    for at in range(count):
        session.add(
            DecisionRow(
                ticket_id=f"T-{at}",
                conversation_id="V-1",
                trace_id=f"R-{at}",
                channel="api",
                category="other_unsupported",
                priority="low",
                next_action=ACTIONS[at % len(ACTIONS)],
                latency_ms=10.0 + at,
                release="r",
                confidence=0.5,
                unsure=at % 3 == 0,
                cost_usd=None if at % 5 == 0 else 0.25,
                steps_ms='{"screen": 1.0}',
                created_at=NOW + at * apart,
                body="{}",
            )
        )


def sum_all(store: Store, now: datetime) -> int:
    """Sum all that is to be summed; return in how many transactions."""
    done = 0
    while store.write_now(lambda session: sum_more(session, now)):
        done += 1
    return done


def kept(store: Store) -> list[tuple[datetime, int]]:
    """Return until when hours are summed, and how many Decisions they hold."""
    rows = store.read_now(lambda session: session.exec(select(HourSum).order_by(col(HourSum.begins_at))).all())
    return [(row.until, Sums.model_validate_json(row.body).decisions) for row in rows]


def test_summing_changes_nothing_that_is_shown(store: Store) -> None:
    store.write_now(lambda session: decide(session, 100, timedelta(minutes=7)))
    now = NOW + timedelta(minutes=7 * 100)
    before = store.read_now(lambda session: hours_since(session, NOW, now))
    for minutes in range(0, 720, 13):
        sum_all(store, NOW + timedelta(minutes=minutes))
        assert store.read_now(lambda session: hours_since(session, NOW, now)) == before
    assert sum(count for _, count in kept(store)) == 100
    total = over_all(one.sums for one in before)
    assert total.decisions == 100
    assert total.by_action == {"reply": 50, "escalate": 25, "ask_follow_up": 25}
    assert (total.unsure, total.unpriced, total.cost_usd) == (34, 20, 20.0)
    assert sum(total.ms[WHOLE].values()) == sum(total.ms["screen"].values()) == 100


def test_two_who_sum_at_once_count_once(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    store.write_now(lambda session: decide(session, 100, timedelta(seconds=36)))
    now = NOW + 2 * HOUR
    first_look = hours.summed

    def while_another_did(rows: Sequence[Any]) -> Sums:
        monkeypatch.setattr(hours, "summed", first_look)
        if store.engine.dialect.name == POSTGRES:  # SQLite lets one write at a time
            store.write_now(lambda session: sum_more(session, now))
        return first_look(rows)

    for _ in range(5):  # the first makes the hour's row, the others add to it
        monkeypatch.setattr(hours, "summed", while_another_did)
        store.write_now(lambda session: sum_more(session, now))
    sum_all(store, now)
    assert [count for _, count in kept(store)] == [100]


def test_hours_in_which_nothing_was_decided_cost_nothing(store: Store) -> None:
    store.write_now(lambda session: decide(session, 3, timedelta(days=100)))
    assert sum_all(store, NOW + timedelta(days=201)) == 3
    assert [count for _, count in kept(store)] == [1, 1, 1]


def test_what_was_just_decided_waits(store: Store) -> None:
    store.write_now(lambda session: decide(session, 1, HOUR))
    assert sum_all(store, NOW + SETTLED) == 0
    assert sum_all(store, NOW + SETTLED + timedelta(seconds=1)) == 1
    assert kept(store) == [(NOW + timedelta(seconds=1), 1)]


def test_since_begins_with_its_whole_hour(store: Store) -> None:
    store.write_now(lambda session: decide(session, 8, timedelta(minutes=30)))
    now = NOW + timedelta(hours=4)
    found = store.read_now(lambda session: hours_since(session, NOW + timedelta(minutes=90), now))
    assert [one.at for one in found] == [NOW + HOUR, NOW + 2 * HOUR, NOW + 3 * HOUR]


def test_a_clock_that_was_ahead_hides_nothing(store: Store) -> None:
    store.write_now(lambda session: decide(session, 10, timedelta(minutes=1)))
    ahead = HourSum(begins_at=NOW + timedelta(days=1), until=NOW + timedelta(days=1, minutes=5), body="{}")
    store.write_now(lambda session: session.add(ahead))
    now = NOW + timedelta(minutes=30)
    assert over_all(one.sums for one in store.read_now(lambda session: hours_since(session, NOW, now))).decisions == 10
    sum_all(store, now)
    assert [count for _, count in kept(store)] == [10]
