"""What people think of Decisions."""

from datetime import datetime

from sqlmodel import Session, col, select

from service.store.owners import NoSuchConversation, Writer
from service.store.tables import Conversation, DecisionRow, FeedbackRow


def add_feedback(session: Session, row: FeedbackRow, reader: Writer | None) -> None:
    """Keep feedback on a Decision that the reader may see; raises NoSuchConversation."""
    query = select(DecisionRow.ticket_id).where(DecisionRow.ticket_id == row.ticket_id)
    if reader is not None:
        mine = col(Conversation.id) == col(DecisionRow.conversation_id)
        query = query.join(Conversation, mine).where(reader.own())
    if session.exec(query).first() is None:
        raise NoSuchConversation
    session.add(row)


def feedback_row(id: str, ticket_id: str, rating: str, comment: str | None, by: str, now: datetime) -> FeedbackRow:
    """Return a row that is not kept yet."""
    return FeedbackRow(id=id, ticket_id=ticket_id, rating=rating, comment=comment, by=by, created_at=now)
