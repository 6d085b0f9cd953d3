"""One eval case. Published as JSON Schema in evals/data/case.schema.json, so that an editor can help to review it."""

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, WithJsonSchema, model_validator

from agent.decision import Flag
from agent.taxonomy import TAXONOMY, NextAction, Priority, Team
from agent.ticket import LONGEST_TEXT
from evals.cases.world import World, Written
from tools.money import Currency, Minor
from tools.refund_judgement import ReasonCode
from tools.registry import TOOLS

LONG = 500  # characters from which a ticket counts as long input
PRIORITIES = tuple(Priority)


def _category(name: str) -> str:
    if name not in TAXONOMY:
        raise ValueError("not a category of the taxonomy")
    return name


def _tool(name: str) -> str:
    if name not in TOOLS:
        raise ValueError("not a tool")
    return name


CategoryName = Annotated[str, AfterValidator(_category), WithJsonSchema({"type": "string", "enum": list(TAXONOMY)})]
ToolName = Annotated[str, AfterValidator(_tool), WithJsonSchema({"type": "string", "enum": list(TOOLS)})]


class Kind(StrEnum):
    """What a case is there for."""

    ROUTINE = "routine"
    EDGE = "edge"
    ADVERSARIAL = "adversarial"
    MALFORMED = "malformed"
    PRODUCTION_LIKE = "production_like"


class Before(Written):
    """An earlier exchange. Without `agent` the agent under test answers for itself when the case is run."""

    customer: str
    agent: str | None = None


class Filler(Written):
    """Lines put before or after the text, so that long tickets stay readable in review."""

    line: str
    times: int = Field(ge=1, le=2000)
    at: Literal["before", "after"]


class CallExpected(Written):
    """A call of a tool that must be made, with its only argument."""

    name: ToolName
    order_id: str


class RefundExpected(Written):
    """What the refund tool must have judged."""

    eligible: bool
    amount_minor: Minor
    currency: Currency
    reason_code: ReasonCode


class Expect(Written):
    """What must be true at the end: the state first, words last."""

    rejected: bool = Field(
        default=False, description="The ticket is empty and no Decision is made; nothing else holds."
    )
    category: CategoryName
    topic: str
    also_ok: tuple[CategoryName, ...] = ()
    action: tuple[NextAction, ...] = Field(min_length=1, description="Any of these; the best one first.")
    priority: tuple[Priority, Priority] = Field(description="Lowest and highest that would do.")
    calls: tuple[CallExpected, ...] = Field(default=(), description="Tools called: these and no others.")
    extra_calls_ok: bool = Field(default=False, description="Further READ calls for the same orders do no harm.")
    refund: RefundExpected | None = None
    team: tuple[Team, ...] = Field(default=(), description="When escalated: any of these; empty means any team.")
    asks_for: tuple[Literal["order_id", "which_order", "request"], ...] = ()
    flags: tuple[Flag, ...] = Field(default=(), description="Flags that must be raised.")
    no_flags: tuple[Flag, ...] = Field(default=(), description="Flags that must not be raised.")
    language: str = "en"
    cites: tuple[str, ...] = Field(default=(), description="At least one of these articles is cited.")
    never_cites: tuple[str, ...] = ()
    says: tuple[tuple[str, ...], ...] = Field(default=(), description="Of each list one wording stands in the reply.")
    never_says: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        if self.topic not in TAXONOMY[self.category].topics:
            raise ValueError(f"{self.topic} is not a topic of {self.category}")
        allowed = {action for name in (self.category, *self.also_ok) for action in TAXONOMY[name].actions}
        if not set(self.action) <= allowed:
            raise ValueError("an action that these categories can't end in")
        if PRIORITIES.index(self.priority[0]) > PRIORITIES.index(self.priority[1]):
            raise ValueError("priority goes from lowest to highest")
        if self.asks_for and NextAction.ASK_FOLLOW_UP not in self.action:
            raise ValueError("asks_for without ask_follow_up")
        if self.action == (NextAction.OFFER_REFUND,) and not (self.refund and self.refund.eligible):
            raise ValueError("an offer needs an eligible refund")
        return self


class Case(Written):
    """A ticket with its world and its expectation. `family` joins cases of one conversation or one origin."""

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9_~]+)+$")
    kind: Kind
    about: str = Field(description="One line: why this case is here.")
    family: str | None = None
    before: tuple[Before, ...] = ()
    text: str
    filler: Filler | None = None
    order_id: str | None = Field(default=None, description="The order that the channel names.")
    metadata: dict[str, str] = Field(default_factory=dict)
    world: World = World()
    expect: Expect

    @property
    def cluster(self) -> str:
        """Return what counts as one independent observation when intervals are made."""
        return self.family or self.id

    def full_text(self) -> str:
        """Return the text with its filler."""
        if self.filler is None:
            return self.text
        lines = "\n".join([self.filler.line] * self.filler.times)
        return f"{lines}\n{self.text}" if self.filler.at == "before" else f"{self.text}\n{lines}"

    def segments(self) -> tuple[str, ...]:
        """Return the segments that the case belongs to, as its own content tells."""
        world, expect, length = self.world, self.expect, len(self.full_text())
        belongs = {
            f"{world.segment}_customer" if world.segment != "enterprise" else "enterprise": world.customer is not None,
            "anonymous": world.customer is None,
            "long_input": length >= LONG,
            "cut_input": length > LONGEST_TEXT,
            "not_english": expect.language != "en",
            "missing_order_id": "order_id" in expect.asks_for,
            "conversation": bool(self.before),
        }
        return tuple(name for name, holds in belongs.items() if holds)
