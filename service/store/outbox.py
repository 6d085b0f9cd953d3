"""What has to leave for other systems: taken by one worker at a time, repeated until there is an answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, or_, update
from sqlmodel import Session, col, select

from service.store.cases import close_case
from service.store.tables import OutboxRow, ProposalRow

LEASE = timedelta(seconds=20)  # above the time that one attempt may take
LONGEST_WAIT = timedelta(minutes=10)


@dataclass(frozen=True)
class Leaving:
    """One effect that this worker has taken."""

    key: str
    payload: str


def take_due(session: Session, most: int, now: datetime) -> Sequence[Leaving]:
    """Take what is due, so that no other worker takes it before the lease is over.

    What would wait longer than anything may is from before the clock was put back, and is due as well.
    """
    next_at = col(OutboxRow.next_at)
    due = and_(col(OutboxRow.state) == "pending", or_(next_at <= now, next_at > now + LONGEST_WAIT))
    taken = []
    for row in session.exec(select(OutboxRow).where(due).order_by(next_at).limit(most)).all():
        as_read = and_(col(OutboxRow.key) == row.key, due, col(OutboxRow.attempts) == row.attempts)
        values = {"attempts": row.attempts + 1, "next_at": now + LEASE}
        moved = session.execute(
            update(OutboxRow).where(as_read).values(**values).execution_options(synchronize_session=False)
        )
        if moved.rowcount == 1:  # type: ignore[attr-defined]
            taken.append(Leaving(row.key, row.payload))
    return taken


def issued(session: Session, key: str, refund_id: str, now: datetime) -> None:
    """Note that the shop has paid, and close the case."""
    _end(session, key, "done", None, now)
    _proposal(session, key, now, state="issued", refund_id=refund_id)


def refused(session: Session, key: str, why: str, now: datetime) -> None:
    """Note that nothing was paid and nothing will be, and close the case."""
    _end(session, key, "refused", why, now)
    _proposal(session, key, now, state="refused", why=why)


def again(session: Session, key: str, error: str, now: datetime) -> None:
    """Note that there was no answer; it is asked again, later each time."""
    row = session.get(OutboxRow, key, with_for_update=True)
    if row is None or row.state != "pending":
        return
    row.error = error
    row.next_at = now + min(LONGEST_WAIT, timedelta(seconds=2.0 ** min(row.attempts, 10)))
    session.add(row)


def _end(session: Session, key: str, state: str, error: str | None, now: datetime) -> None:
    mine = and_(col(OutboxRow.key) == key, col(OutboxRow.state) == "pending")
    session.execute(update(OutboxRow).where(mine).values(state=state, error=error, done_at=now))


def _proposal(session: Session, key: str, now: datetime, **values: object) -> None:
    proposal = session.get(ProposalRow, key)
    if proposal is None or proposal.state != "approved":
        return
    for name, value in values.items():
        setattr(proposal, name, value)
    proposal.updated_at = now
    session.add(proposal)
    close_case(session, proposal.case_id, now)
