"""Decisions and their traces, written together."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from service.store.conversations import said_in
from service.store.tables import DecisionRow, TraceRow


def add_decision(session: Session, decision: DecisionRow, trace: TraceRow) -> None:
    """Add a Decision with its trace."""
    session.add(decision)
    session.flush()  # before what refers to it
    session.add(trace)


def decision_of(session: Session, ticket_id: str) -> DecisionRow | None:
    """Return a Decision by its ticket."""
    return session.get(DecisionRow, ticket_id)


def trace_of(session: Session, id: str) -> TraceRow | None:
    """Return a trace by its own id or its ticket's."""
    found = session.get(TraceRow, id)
    return found or session.exec(select(TraceRow).where(TraceRow.ticket_id == id)).first()


def newest_traces(session: Session, most: int, since: datetime | None = None) -> Sequence[tuple[TraceRow, DecisionRow]]:
    """Return the newest traces with their Decisions, the newest first."""
    query = select(TraceRow, DecisionRow).where(col(TraceRow.trace_id) == col(DecisionRow.trace_id))
    if since is not None:
        query = query.where(TraceRow.created_at >= since)
    return session.exec(query.order_by(col(TraceRow.created_at).desc()).limit(most)).all()


def answers(session: Session) -> None:
    """Ask the database anything that needs the tables; raises what the store raises."""
    session.exec(select(DecisionRow.ticket_id).limit(1)).first()


@dataclass(frozen=True)
class Wanted:
    """Which Decisions to list; None, and `unsure` False, let all through. `before` continues a list."""

    category: str | None = None
    action: str | None = None
    release: str | None = None
    unsure: bool = False
    slower_ms: float | None = None
    before: datetime | None = None


def found_traces(session: Session, wanted: Wanted, most: int) -> Sequence[DecisionRow]:
    """Return Decisions, the newest first."""
    query = select(DecisionRow)
    for column, value in (
        (DecisionRow.category, wanted.category),
        (DecisionRow.next_action, wanted.action),
        (DecisionRow.release, wanted.release),
    ):
        if value is not None:
            query = query.where(col(column) == value)
    if wanted.unsure:
        query = query.where(col(DecisionRow.unsure).is_(True))
    if wanted.slower_ms is not None:
        query = query.where(col(DecisionRow.latency_ms) >= wanted.slower_ms)
    if wanted.before is not None:
        query = query.where(col(DecisionRow.created_at) < wanted.before)
    found = session.exec(query.order_by(col(DecisionRow.created_at).desc()).limit(most)).all()
    session.expunge_all()
    return found


def trace_with_decision(session: Session, id: str) -> tuple[TraceRow, DecisionRow, str] | None:
    """Return a run by its own id or its ticket's, with its Decision and what the customer had written."""
    trace = trace_of(session, id)
    decision = decision_of(session, trace.ticket_id) if trace is not None else None
    if trace is None or decision is None:
        return None
    said = said_in(session, [decision.ticket_id]).get(decision.ticket_id, "")
    session.expunge_all()
    return trace, decision, said
