"""Decisions and their traces, written together."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

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
