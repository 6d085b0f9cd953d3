"""What was decided hour by hour, summed minutes after it was, so that a page reads no more than some minutes' rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pydantic import ValidationError
from sqlalchemy import delete, func, update
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlmodel import Session, col, select

from service.store.engine import POSTGRES
from service.store.errors import StoreDamaged
from service.store.sums import Sums, over_all, summed
from service.store.tables import DecisionRow, HourSum

HOUR = timedelta(hours=1)
# What is so old is summed: a Decision may be kept some seconds after the time that it bears.
SETTLED = timedelta(minutes=1)
AT_ONCE = timedelta(minutes=5)  # summed in one transaction, for which others wait


@dataclass(frozen=True)
class Begun:
    """An hour and when it began."""

    at: datetime
    sums: Sums


def hour_of(moment: datetime) -> datetime:
    """Return when the hour of a moment began."""
    return moment.replace(minute=0, second=0, microsecond=0)


def sum_more(session: Session, now: datetime) -> bool:
    """Sum the oldest minutes that are settled and not summed; say whether there were any. Two at once do it once."""
    session.execute(delete(HourSum).where(col(HourSum.until) > now))  # of a clock that was ahead
    last = _last(session, now)
    first = _first(session, last.until if last is not None else None)
    if first is None or first >= now - SETTLED:
        return False
    goes_on = last is not None and last.begins_at == hour_of(first)
    begins_at = hour_of(first)
    until = min(first + AT_ONCE, begins_at + HOUR, now - SETTLED)
    more = summed(_rows(session, first, until))
    if last is not None and goes_on:
        whole = over_all([_read(last), more])
        mine = (col(HourSum.begins_at) == begins_at) & (col(HourSum.until) == last.until)
        session.execute(update(HourSum).where(mine).values(until=until, body=whole.model_dump_json()))
    else:
        insert = postgres_insert if session.get_bind().dialect.name == POSTGRES else sqlite_insert
        new = insert(HourSum).values(begins_at=begins_at, until=until, body=more.model_dump_json())
        session.execute(new.on_conflict_do_nothing())
    return True


def hours_since(session: Session, since: datetime, now: datetime) -> list[Begun]:
    """Return the hours from that of `since` on in which anything was decided, the oldest first."""
    begin = hour_of(since)
    kept = session.exec(select(HourSum).where(HourSum.begins_at >= begin, HourSum.until <= now)).all()
    sums = {one.begins_at: _read(one) for one in kept}
    last = _last(session, now)
    by_hour: dict[datetime, list[Any]] = {}
    for row in _rows(session, begin if last is None else max(begin, last.until), now + HOUR):
        by_hour.setdefault(hour_of(row.created_at), []).append(row)
    for at, rows in by_hour.items():
        sums[at] = over_all([sums.get(at, Sums()), summed(rows)])
    return [Begun(at, sums[at]) for at in sorted(sums)]


def _read(kept: HourSum) -> Sums:
    try:
        return Sums.model_validate_json(kept.body)
    except ValidationError as problem:  # nobody but us writes there
        raise StoreDamaged from problem


def _last(session: Session, now: datetime) -> HourSum | None:
    newest = select(HourSum).where(HourSum.until <= now).order_by(col(HourSum.begins_at).desc())
    return session.exec(newest.limit(1)).first()


def _first(session: Session, since: datetime | None) -> datetime | None:
    first = select(func.min(DecisionRow.created_at))
    if since is not None:
        first = first.where(col(DecisionRow.created_at) >= since)
    return session.exec(first).one()


def _rows(session: Session, begin: datetime, end: datetime) -> Sequence[Any]:
    columns = ("created_at", "category", "next_action", "release", "unsure", "cost_usd", "latency_ms", "steps_ms")
    within = (col(DecisionRow.created_at) >= begin) & (col(DecisionRow.created_at) < end)
    return session.execute(select(*(getattr(DecisionRow, one) for one in columns)).where(within)).all()
