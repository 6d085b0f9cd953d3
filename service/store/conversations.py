"""Conversations and what was said in them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, update
from sqlmodel import Session, col, select

from service.store.owners import NoSuchConversation, Writer
from service.store.tables import Conversation, Message


class LostRace(Exception):
    """Another message of the same conversation came first; nothing of this one was kept."""


def conversation_of(session: Session, id: str, *, locked: bool = False) -> Conversation | None:
    """Return a conversation by its id, whoever it belongs to; `locked`, no other turn of it ends meanwhile."""
    return session.get(Conversation, id, with_for_update=locked)


def own_conversation(session: Session, id: str, writer: Writer | None) -> Conversation:
    """Return a conversation that is the writer's own; None may have all. Raises NoSuchConversation."""
    query = select(Conversation).where(Conversation.id == id)
    found = session.exec(query.where(writer.own()) if writer is not None else query).first()
    if found is None:
        raise NoSuchConversation
    return found


def read_conversation(session: Session, id: str, reader: Writer | None) -> tuple[Conversation, Sequence[Message]]:
    """Return a conversation that the reader may see, with all messages; None may see all. Raises NoSuchConversation."""
    found = own_conversation(session, id, reader)
    messages = messages_of(session, id)
    session.expunge_all()
    return found, messages


def messages_of(session: Session, id: str, last: int | None = None) -> Sequence[Message]:
    """Return what was said, in order; only the `last` so many where that is given."""
    newest = select(Message).where(Message.conversation_id == id).order_by(col(Message.place).desc())
    found = session.exec(newest.limit(last) if last is not None else newest).all()
    return list(reversed(found))


def said_in(session: Session, ticket_ids: Sequence[str]) -> dict[str, str]:
    """Return what the customer wrote in each of these tickets."""
    mine = (col(Message.ticket_id).in_(ticket_ids), Message.role == "customer")
    return {str(id): text for id, text in session.exec(select(Message.ticket_id, Message.text).where(*mine)).all()}


def add_turn(
    session: Session,
    conversation: Conversation,
    said: Sequence[tuple[str, str, str | None]],
    now: datetime,
    **changed: object,
) -> None:
    """Append messages (role, text, ticket id) to a conversation as it was read, and change what is named.

    A conversation that is not in the database yet is added. Raises LostRace where it has moved on since it was read.
    """
    before = conversation.turns
    values = {**changed, "turns": before + len(said), "updated_at": now}
    if before == 0:
        session.add(Conversation(**{**conversation.model_dump(), **values}))
        session.flush()
    else:
        as_read = and_(col(Conversation.id) == conversation.id, col(Conversation.turns) == before)
        moved = session.execute(update(Conversation).where(as_read).values(**values))
        if moved.rowcount != 1:  # type: ignore[attr-defined]
            raise LostRace
    for place, (role, text, ticket_id) in enumerate(said, start=before):
        session.add(
            Message(
                conversation_id=conversation.id, place=place, role=role, text=text, ticket_id=ticket_id, created_at=now
            )
        )
