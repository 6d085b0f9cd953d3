"""What requests carry: closed and strict, with bounds, so that nothing is guessed, coerced or smuggled in."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, WithJsonSchema

from agent.taxonomy import TAXONOMY, Priority

LONGEST_TEXT = 100_000  # characters that are taken; 20,000 are read, see agent/ticket.py
Id = Annotated[str, StringConstraints(pattern=r"^[!-~]{1,128}$")]
OrderId = Annotated[str, StringConstraints(pattern=r"^[ -~]{1,64}$")]
Channel = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,31}$")]
Words = Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT)]
Metadata = Annotated[
    dict[Annotated[str, Field(max_length=64)], Annotated[str, Field(max_length=256)]], Field(max_length=32)
]
_CATEGORY = {"type": "string", "enum": list(TAXONOMY)}


def _known_category(name: str) -> str:
    if name not in TAXONOMY:
        raise ValueError("not a category of the taxonomy")
    return name


class Asked(BaseModel):
    """Common to all requests."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class TriageRequest(Asked):
    """One ticket, on its own."""

    text: Words = Field(description="What the customer wrote.", examples=["Where is my order A-10104?"])
    customer_id: Id | None = Field(default=None, description="The verified customer; believed from server keys only.")
    order_id: OrderId | None = Field(default=None, description="The order that the channel names.")
    channel: Channel = "api"
    metadata: Metadata = Field(default_factory=dict)


class ChatRequest(Asked):
    """One message of a conversation; without an id it begins a new one."""

    message: Words = Field(description="What the customer wrote.", examples=["I want my money back"])
    conversation_id: Id | None = Field(default=None, description="As an earlier answer gave it.")
    customer_id: Id | None = Field(default=None, description="The verified customer; believed from server keys only.")


class ChatTokenRequest(Asked):
    """Whom a chat token is for; without a customer it is for a new anonymous visitor."""

    customer_id: Id | None = Field(default=None, description="A customer whom the shop has verified.")


class FeedbackRequest(Asked):
    """What somebody thought of a Decision."""

    ticket_id: Id
    rating: Literal["up", "down"]
    comment: Annotated[str, Field(max_length=2000)] | None = None


class Reply(Asked):
    """What a person answers."""

    text: Annotated[str, Field(min_length=1, max_length=5000)]


class Correct(Asked):
    """What a person puts right on a case; what is absent stays."""

    category: Annotated[str, AfterValidator(_known_category), WithJsonSchema(_CATEGORY)] | None = None
    priority: Annotated[Priority, Field(strict=False)] | None = None


class Decline(Asked):
    """Why a refund is not paid."""

    reason: Annotated[str, Field(min_length=1, max_length=1000)]


class Nothing(Asked):
    """An empty object: the route says it all."""
