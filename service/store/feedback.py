"""What people think of Decisions."""

from datetime import datetime

from sqlmodel import Session

from service.store.conversations import read_conversation
from service.store.decisions import decision_of
from service.store.owners import NoSuchConversation, Writer
from service.store.tables import FeedbackRow


def add_feedback(session: Session, row: FeedbackRow, reader: Writer | None) -> None:
    """Keep feedback on a Decision that the reader may see; raises NoSuchConversation."""
    decision = decision_of(session, row.ticket_id)
    if decision is None:
        raise NoSuchConversation
    read_conversation(session, decision.conversation_id, reader)
    session.add(row)


def feedback_row(id: str, ticket_id: str, rating: str, comment: str | None, by: str, now: datetime) -> FeedbackRow:
    """Return a row that is not kept yet."""
    return FeedbackRow(id=id, ticket_id=ticket_id, rating=rating, comment=comment, by=by, created_at=now)
