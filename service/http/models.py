"""What requests carry: closed and strict, with bounds, so that nothing is guessed, coerced or smuggled in."""

from typing import Annotated, Literal

from fastapi import Path, Query
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from agent.decision import CategoryId
from agent.taxonomy import NextAction, Priority
from service.http.examples import CASE_ID, CONVERSATION_ID

LONGEST_TEXT = 100_000  # characters that are taken; 20,000 are read, see agent/ticket.py
# Patterns of the document only. The rules themselves: body.py refuses NUL in any text, and a ticket has to hold
# something that a person can see (knowledge/plain_text.py); tests hold these to them.
NO_NUL = r"^[^\x00]*$"
VISIBLE = r"^[^\x00]*[^\p{C}\p{Z}\u2800][^\x00]*$"
_TEXT = {"pattern": NO_NUL}

Id = Annotated[str, StringConstraints(pattern=r"^[!-~]{1,128}$")]
OrderId = Annotated[str, StringConstraints(pattern=r"^[ -~]{1,64}$")]
Channel = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,31}$")]
Words = Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT, json_schema_extra={"pattern": VISIBLE})]
Metadata = Annotated[
    dict[
        Annotated[str, Field(max_length=64, json_schema_extra=_TEXT)],
        Annotated[str, Field(max_length=256, json_schema_extra=_TEXT)],
    ],
    Field(max_length=32, json_schema_extra={"additionalProperties": False}),
]
ConversationId = Annotated[Id, Path(description="As a Decision gives it.", examples=[CONVERSATION_ID])]
CaseId = Annotated[Id, Path(description="As the list of cases gives it.", examples=[CASE_ID])]
CaseState = Annotated[
    Literal["open", "waiting", "closed"],
    Query(description="`waiting` are refunds that the customer has not confirmed.", examples=["open"]),
]
Most = Annotated[int, Query(ge=1, le=200, description="How many cases to list at most.", examples=[20])]
After = Annotated[
    Id | None,
    Query(description="The `next` of the list before; without it the list begins.", examples=[CASE_ID]),
]
Hours = Annotated[int, Query(ge=1, le=720, description="How far back to count.", examples=[24])]


class Asked(BaseModel):
    """Common to all requests."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class TriageRequest(Asked):
    """One ticket, on its own."""

    text: Words = Field(description="What the customer wrote.")
    customer_id: Id | None = Field(default=None, description="The verified customer; believed from server keys only.")
    order_id: OrderId | None = Field(default=None, description="The order that the channel names.")
    channel: Channel = Field(default="api", description="Where the ticket came in.")
    metadata: Metadata = Field(default_factory=dict, description="What else the channel knows; orders are read of it.")


class ChatRequest(Asked):
    """One message of a conversation; without an id it begins a new one."""

    message: Words = Field(description="What the customer wrote.")
    conversation_id: Id | None = Field(default=None, description="As an earlier answer gave it.")
    customer_id: Id | None = Field(default=None, description="The verified customer; believed from server keys only.")


class ChatTokenRequest(Asked):
    """Whom a chat token is for; without a customer it is for a new anonymous visitor."""

    customer_id: Id | None = Field(default=None, description="A customer whom the shop has verified.")


class FeedbackRequest(Asked):
    """What somebody thought of a Decision."""

    ticket_id: Id = Field(description="Of the Decision.")
    rating: Literal["up", "down"]
    comment: Annotated[str, Field(max_length=2000, json_schema_extra=_TEXT)] | None = None


class Reply(Asked):
    """What a person answers."""

    text: Annotated[str, Field(min_length=1, max_length=5000, json_schema_extra=_TEXT)]


class Correct(Asked):
    """What a person puts right on a case; what is absent stays."""

    category: CategoryId | None = None
    priority: Annotated[Priority, Field(strict=False)] | None = None
    next_action: Annotated[NextAction, Field(strict=False)] | None = None
    reason: Annotated[str, Field(min_length=1, max_length=1000, json_schema_extra=_TEXT)] | None = Field(
        default=None, description="Why, for those who learn from it."
    )


class Decline(Asked):
    """Why a refund is not paid."""

    reason: Annotated[str, Field(min_length=1, max_length=1000, json_schema_extra=_TEXT)]


class Nothing(Asked):
    """An empty object: the route says it all."""
