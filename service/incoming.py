"""What comes in through a door, and the ticket that it is within its conversation."""

from dataclasses import dataclass

from pydantic import ValidationError

from agent.thread import Thread
from agent.ticket import Ticket, Turn
from service.store.owners import Writer
from service.store.turns import Begun


@dataclass(frozen=True)
class Incoming:
    """What comes in through a door; `conversation_id` names one to go on with, `chat` one that can be gone on with."""

    text: str
    writer: Writer
    channel: str
    chat: bool
    conversation_id: str | None = None
    order_id: str | None = None
    metadata: dict[str, str] | None = None


def ticket_of(incoming: Incoming, begun: Begun) -> Ticket:
    """Return what a run is given: the message, within its conversation as it was when the turn began."""
    conversation = begun.conversation
    return Ticket.of(
        incoming.text,
        customer_id=conversation.customer_id,
        order_id=incoming.order_id,
        channel=incoming.channel,
        metadata=incoming.metadata,
        earlier=tuple(Turn(role="customer" if m.role == "customer" else "agent", text=m.text) for m in begun.messages),
        conversation_id=conversation.id,
        thread=_thread(conversation.thread),
        visitor=conversation.visitor_id is not None,
    )


def _thread(kept: str | None) -> Thread | None:
    """Return the thread; one that was kept under another taxonomy means nothing any more."""
    try:
        return Thread.model_validate_json(kept) if kept is not None else None
    except ValidationError:
        return None
