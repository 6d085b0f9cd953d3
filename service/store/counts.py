"""How often something was done lately, counted for all workers together: rate limits and limited attempts."""

import math
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlmodel import Session, select

from service.store.engine import POSTGRES
from service.store.tables import CountRow


@dataclass(frozen=True)
class Limit:
    """At most `most` of a subject in `seconds`, over a window that slides."""

    most: int
    seconds: int


def count(session: Session, subject: str, limit: Limit, now: datetime) -> int:
    """Count one more of a subject; return 0 where it is within the limit, else the seconds to wait.

    The window slides: of the window before, the share counts that still lies within `seconds`. What is refused is
    counted too, so that whoever does not wait waits longer.
    """
    window, passed = divmod(now.timestamp(), limit.seconds)
    these = _one_more(session, subject, int(window), limit, now)
    row = session.get(CountRow, (subject, int(window) - 1))
    before = row.count if row else 0
    if these + before * (1 - passed / limit.seconds) <= limit.most:
        return 0
    return max(1, math.ceil(_free_after(these, before, limit) - passed))


def _free_after(these: int, before: int, limit: Limit) -> float:
    """Return the seconds since this window began after which one more would be within the limit."""
    if before and these < limit.most:  # in this window: enough of the one before has slid out
        return limit.seconds * (1 - (limit.most - these - 1) / before)
    return limit.seconds * (1 + max(0.0, 1 - (limit.most - 1) / these))


def _one_more(session: Session, subject: str, window: int, limit: Limit, now: datetime) -> int:
    insert = postgres_insert if session.get_bind().dialect.name == POSTGRES else sqlite_insert
    ends_at = datetime.fromtimestamp((window + 1) * limit.seconds, UTC)
    new = insert(CountRow).values(subject=subject, window=window, count=1, ends_at=ends_at)
    added = new.on_conflict_do_update(
        index_elements=["subject", "window"],
        set_={"count": CountRow.__table__.c.count + 1},  # type: ignore[attr-defined]
    )
    session.execute(added)
    found = session.exec(select(CountRow.count).where(CountRow.subject == subject, CountRow.window == window)).one()
    return int(found)
