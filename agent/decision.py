"""The other end of the way: the contract. Published as JSON Schema in agent/decision.schema.json."""

import json
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, WithJsonSchema

from agent.taxonomy import TAXONOMY, NextAction, Priority, Team
from tools.records import OrderStatus
from tools.refund_judgement import ReasonCode
from tools.tool import Outcome

SCHEMA_FILE = Path(__file__).parent / "decision.schema.json"
LONGEST_REPLY = 1500  # characters


class Flag(StrEnum):
    """What a reader of the Decision should know about how it came about."""

    LOW_CONFIDENCE = "low_confidence"
    TRUNCATED = "truncated"
    WANTS_HUMAN = "wants_human"
    LEGAL_THREAT = "legal_threat"
    SAFETY_RISK = "safety_risk"
    SELF_HARM = "self_harm"
    THREATENS_VIOLENCE = "threatens_violence"
    REFUND_UNWANTED = "refund_unwanted"
    REFUND_CONFIRMED = "refund_confirmed"
    INJECTION_SUSPECTED = "injection_suspected"
    LANGUAGE_UNSUPPORTED = "language_unsupported"
    NO_POLICY_FOUND = "no_policy_found"
    TOOL_UNAVAILABLE = "tool_unavailable"
    MODEL_UNAVAILABLE = "model_unavailable"
    ANSWER_REFUSED = "answer_refused"
    ARGUMENT_REFUSED = "argument_refused"
    DEADLINE = "deadline"
    REPAIRED = "repaired"
    CHECK_FAILED = "check_failed"


def _known(category: str) -> str:
    if category not in TAXONOMY:
        raise ValueError("not a category of the taxonomy")
    return category


CategoryId = Annotated[str, AfterValidator(_known), WithJsonSchema({"type": "string", "enum": list(TAXONOMY)})]
Share = Annotated[float, Field(ge=0, le=1)]


class Part(BaseModel):
    """What all parts of a Decision have in common: closed, frozen, strict."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Alternative(Part):
    """Another category that it could be."""

    category: CategoryId
    confidence: Share


class FollowUp(Part):
    """What the customer is asked for, as ids: order_id, email, which_order, request."""

    asks_for: list[str] = Field(min_length=1)


class Escalation(Part):
    """Who takes over, and why."""

    team: Team
    reason: str


class OrderView(Part):
    """The order that the Decision is about, as the tool returned it."""

    order_id: str
    status: OrderStatus
    placed_on: date
    expected_on: date | None
    delivered_on: date | None
    paid_minor: int = Field(ge=0)
    refunded_minor: int = Field(ge=0)
    currency: str


class RefundView(Part):
    """A judgement of refund eligibility; `evidence_id` is the id of the tool call that returned it."""

    eligible: bool
    amount_minor: int = Field(ge=0)
    currency: str
    reason_code: ReasonCode
    evidence_id: str


class Citation(Part):
    """A verbatim quote from a passage that was retrieved in this run; `score` is its cosine to the ticket."""

    policy_id: str
    section: str
    quote: str
    score: float


class ToolCall(Part):
    """One call of a tool in this run."""

    id: str
    name: str
    arguments: dict[str, str]
    outcome: Outcome
    duration_ms: float = Field(ge=0)


class Usage(Part):
    """What large models were asked in this run; all zero where none was."""

    input_tokens: int = 0
    cached_tokens: int = Field(default=0, description="The part of the input that the server had read before.")
    output_tokens: int = 0
    llm_calls: int = Field(default=0, description="Requests to the server, retries and the finding of its ways too.")
    retries: int = 0
    cost_usd: float | None = Field(default=0.0, description="Null where a price or a number of tokens is not known.")


class Decision(Part):
    """What comes out of a run."""

    ticket_id: str
    conversation_id: str
    category: CategoryId
    confidence: Share
    alternatives: list[Alternative]
    priority: Priority
    next_action: NextAction
    reply: str = Field(min_length=1, max_length=LONGEST_REPLY)
    language: str = Field(description="Of the ticket, ISO 639-1; the reply is in it where the desk speaks it.")
    follow_up: FollowUp | None
    escalation: Escalation | None
    order: OrderView | None
    refund: RefundView | None
    citations: list[Citation]
    tool_calls: list[ToolCall]
    flags: list[Flag]
    release: str
    model: str
    prompts: dict[str, str]
    usage: Usage
    latency_ms: float = Field(ge=0)
    trace_id: str


def decision_schema() -> dict[str, Any]:
    """Return the JSON Schema of a Decision."""
    return Decision.model_json_schema(mode="serialization")


def write_schema() -> None:
    """Write the schema file anew; a test holds it to the types."""
    SCHEMA_FILE.write_text(json.dumps(decision_schema(), indent=2) + "\n", encoding="utf-8")
