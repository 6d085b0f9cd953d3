"""One end of the way: what the customer wrote, with what the channel knows."""

import uuid
from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from agent.thread import Thread
from knowledge.plain_text import is_blank, plain

LONGEST_TEXT = 20_000  # characters that are read; the rest is cut and flagged
LONGEST_VALUE = 256  # characters of an id or a metadata value
MOST_METADATA = 32  # entries that are kept


class EmptyTicketError(ValueError):
    """Nothing is left of the text that a person could read."""

    def __init__(self) -> None:
        super().__init__("The ticket is empty: write what it is about.")


class Turn(BaseModel):
    """One earlier message of the conversation."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    role: Literal["customer", "agent"]
    text: str


class Ticket(BaseModel):
    """A ticket as the steps read it. Doors make it with `Ticket.of`, which cleans what comes from outside."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    ticket_id: str
    conversation_id: str
    text: str = Field(min_length=1, max_length=LONGEST_TEXT)
    customer_id: str | None = Field(default=None, description="The verified customer; never taken from the text.")
    order_id: str | None = Field(default=None, description="The order that the channel names.")
    channel: str = "api"
    metadata: dict[str, str] = Field(default_factory=dict)
    earlier: tuple[Turn, ...] = ()
    thread: Thread | None = Field(default=None, description="The conversation so far; None for a message of its own.")
    visitor: bool = Field(default=False, description="Nobody is signed in: an order is shown to whoever proves it.")
    cut: bool = Field(default=False, description="Whether text beyond the longest was dropped.")

    @classmethod
    def of(
        cls,
        text: str,
        *,
        customer_id: str | None = None,
        order_id: str | None = None,
        channel: str = "api",
        metadata: Mapping[str, str] | None = None,
        earlier: tuple[Turn, ...] = (),
        thread: Thread | None = None,
        visitor: bool = False,
        ticket_id: str | None = None,
        conversation_id: str | None = None,
    ) -> "Ticket":
        """Return a ticket of raw text by the one rule of knowledge/plain_text.py; raises EmptyTicketError.

        The text is cut to 20,000 characters after cleaning; ids and metadata are cleaned and cut likewise.
        """
        cleaned = plain(text).strip()
        if is_blank(cleaned):
            raise EmptyTicketError
        entries = list((metadata or {}).items())[:MOST_METADATA]
        return cls(
            ticket_id=ticket_id or f"T-{uuid.uuid4().hex}",
            conversation_id=conversation_id or f"V-{uuid.uuid4().hex}",
            text=cleaned[:LONGEST_TEXT],
            customer_id=_short(customer_id),
            order_id=_short(order_id),
            channel=_short(channel) or "api",
            metadata={plain(key)[:LONGEST_VALUE]: plain(value)[:LONGEST_VALUE] for key, value in entries},
            earlier=earlier,
            thread=thread,
            visitor=visitor,
            cut=len(cleaned) > LONGEST_TEXT,
        )


def _short(value: str | None) -> str | None:
    return plain(value).strip()[:LONGEST_VALUE] or None if value is not None else None
