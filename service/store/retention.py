"""Forgets what has no use any more: windows that are over, and idempotency keys past their time."""

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlmodel import Session, col

from service.store import idempotency
from service.store.tables import CountRow, IdempotencyRow, WebSession

COUNTS_KEPT = timedelta(hours=2)  # after a window's end: the longest windows look back one of their own length


def forget(session: Session, now: datetime) -> None:
    """Remove what is over."""
    session.execute(delete(CountRow).where(col(CountRow.ends_at) < now - COUNTS_KEPT))
    session.execute(delete(WebSession).where(col(WebSession.ends_at) < now))
    session.execute(delete(IdempotencyRow).where(col(IdempotencyRow.created_at) < now - idempotency.KEPT))
