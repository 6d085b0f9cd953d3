"""What the routes answer with besides Decisions: plain models, all that a client needs of the service."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field


class FieldProblem(BaseModel):
    """What is wrong with one field of a request."""

    field: str
    problem: str


class ProblemDocument(BaseModel):
    """An error, as RFC 9457 has it."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str | None = None
    errors: list[FieldProblem] | None = Field(default=None, description="Of a request that is not valid.")


class Said(BaseModel):
    """One message; those of the agent and the customer name the ticket that they belong to."""

    role: Literal["customer", "agent", "person"]
    text: str
    ticket_id: str | None
    at: datetime


class ConversationView(BaseModel):
    """A conversation as its customer may see it."""

    conversation_id: str
    state: Literal["open", "with_person"]
    messages: list[Said]


class ChatToken(BaseModel):
    """A credential for one browser."""

    token: str
    expires_in: int = Field(description="Seconds.")


class FeedbackKept(BaseModel):
    """Under which id feedback was kept."""

    feedback_id: str


class Percentiles(BaseModel):
    """Of the time of whole runs, in milliseconds; null where there was none."""

    p50: float | None
    p95: float | None
    p99: float | None


class Summary(BaseModel):
    """What was decided lately."""

    hours: int
    decisions: int
    by_category: dict[str, int]
    by_action: dict[str, int]
    escalation_rate: float | None = Field(description="Null where nothing was decided.")
    open_cases: int
    latency_ms: Percentiles
    release: str = Field(description="The one that decides now.")


class Health(BaseModel):
    """That all is well."""

    status: str


class ProposalView(BaseModel):
    """A refund that waits for a person's word, or what became of it."""

    proposal_id: str
    state: str
    order_id: str
    amount_minor: int
    currency: str
    reason_code: str
    decided_by: str | None
    refund_id: str | None
    why: str | None


class CaseSummary(BaseModel):
    """A case as lists show it."""

    case_id: str
    conversation_id: str
    ticket_id: str
    kind: str
    state: str
    team: str
    category: str
    priority: str
    reason: str
    created_at: datetime
    proposal: ProposalView | None


class CaseList(BaseModel):
    """Cases in the order in which they should be worked on; `next` continues the list."""

    cases: list[CaseSummary]
    next: str | None


class CorrectionView(BaseModel):
    """What a person put right."""

    field: str
    before: str
    after: str
    by: str
    at: datetime


class CaseView(CaseSummary):
    """A case with everything that was found."""

    facts: dict[str, Any] = Field(description="The Decision, with its reply as a draft, and the passages found.")
    messages: list[Said]
    corrections: list[CorrectionView]
