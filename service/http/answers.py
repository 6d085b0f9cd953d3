"""What the routes answer with besides Decisions: plain models, all that a client needs of the service."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from agent.taxonomy import NextAction, Priority, Team
from tools.refund_judgement import ReasonCode

Count = Annotated[int, Field(ge=0)]
Milliseconds = Annotated[float, Field(ge=0)]


class Answer(BaseModel):
    """Common to all answers: closed, so that the document says all that they hold."""

    model_config = ConfigDict(extra="forbid")


class FieldProblem(Answer):
    """What is wrong with one field of a request."""

    field: str = Field(description="Where it is; what the sender named and we do not know is shown as `?`.")
    problem: str = Field(description="The kind of problem; never what was sent.")


class ProblemDocument(Answer):
    """An error, as RFC 9457 has it."""

    type: Literal["about:blank"] = "about:blank"
    title: str = Field(description="The words of the status.")
    status: int = Field(ge=400, le=599)
    detail: str | None = Field(default=None, description="What is wrong, for a person to read.")
    errors: list[FieldProblem] | None = Field(default=None, description="Of a request that is not valid.")


class Said(Answer):
    """One message; those of the agent and the customer name the ticket that they belong to."""

    role: Literal["customer", "agent", "person"]
    text: str
    ticket_id: str | None
    at: datetime


class ConversationView(Answer):
    """A conversation as its customer may see it."""

    conversation_id: str
    state: Literal["open", "with_person"]
    messages: list[Said]


class ChatToken(Answer):
    """A credential for one browser."""

    token: str = Field(description="Goes into `Authorization: Bearer`.")
    expires_in: int = Field(gt=0, description="Seconds.")


class FeedbackKept(Answer):
    """Under which id feedback was kept."""

    feedback_id: str


class Percentiles(Answer):
    """Of the time of whole runs, in milliseconds; null where there was none."""

    p50: Milliseconds | None
    p95: Milliseconds | None
    p99: Milliseconds | None


class Summary(Answer):
    """What was decided lately."""

    hours: int = Field(ge=1)
    decisions: Count
    by_category: dict[str, Count] = Field(description="Of the taxonomies under which it was decided.")
    by_action: dict[NextAction, Count]
    escalation_rate: float | None = Field(ge=0, le=1, description="Null where nothing was decided.")
    open_cases: Count
    latency_ms: Percentiles
    release: str = Field(description="The one that decides now.")


class Health(Answer):
    """That all is well."""

    status: Literal["alive", "ready"]


class ProposalView(Answer):
    """A refund that waits for a person's word, or what became of it."""

    proposal_id: str
    state: Literal["offered", "confirmed", "approved", "issued", "declined", "withdrawn", "refused"]
    order_id: str
    amount_minor: int = Field(gt=0)
    currency: str = Field(min_length=3, max_length=3)
    reason_code: ReasonCode
    decided_by: str | None
    refund_id: str | None = Field(description="Of the shop, once it is issued.")
    why: str | None = Field(description="It was declined or refused.")


class CaseSummary(Answer):
    """A case as lists show it."""

    case_id: str
    conversation_id: str
    ticket_id: str
    kind: Literal["escalation", "refund"]
    state: Literal["waiting", "open", "closed"]
    team: Team | None = Field(description="Who takes it over; null for a refund.")
    category: str = Field(description="Of the taxonomy under which it was decided, or as a person put it right.")
    priority: Priority
    next_action: NextAction | None = Field(description="As decided or put right; null in cases of an earlier version.")
    reason: str
    created_at: datetime
    proposal: ProposalView | None


class CaseList(Answer):
    """Cases in the order in which they should be worked on; `next` continues the list."""

    cases: list[CaseSummary]
    next: str | None


class CorrectionView(Answer):
    """What a person put right."""

    field: Literal["category", "priority", "next_action"]
    before: str
    after: str
    by: str
    reason: str | None
    at: datetime


class PassageView(Answer):
    """A passage of a policy that was found; `score` is its cosine to the ticket."""

    passage_id: str
    score: float
    text: str


class Facts(Answer):
    """What a person needs who takes a case over."""

    decision: dict[str, Any] = Field(description="As it was answered then; its reply is a draft.")
    passages: list[PassageView]


class CaseView(CaseSummary):
    """A case with everything that was found."""

    customer_id: str | None = Field(description="Null of a visitor, or of nobody known.")
    facts: Facts
    messages: list[Said]
    corrections: list[CorrectionView]


class StreamedStep(Answer):
    """A step of the run has ended."""

    step: str
    duration_ms: Milliseconds


class StreamedReply(Answer):
    """The reply, before the Decision that holds it too."""

    text: str


class StreamedProblem(Answer):
    """The run failed after the stream had begun; nothing of it was kept, and no other event follows."""

    status: int = Field(ge=400, le=599)
    detail: str


class StreamedEnd(Answer):
    """All has been sent."""
