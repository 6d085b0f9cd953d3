"""Everything needed to explain and repeat one run: a closed set of events and their collector."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Act = Literal["classify", "choose_lookups", "write_reply"]


class Event(BaseModel):
    """Common to all events: closed and frozen."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class StepDone(Event):
    """A step ended; `duration_ms` is its wall time."""

    kind: Literal["step"] = "step"
    step: str
    duration_ms: float


class ModelCalled(Event):
    """A model was asked for one of its three acts; `uncounted` are requests whose tokens its server did not tell."""

    kind: Literal["model"] = "model"
    model: str
    act: Act
    duration_ms: float
    input_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0
    calls: int = 0
    retries: int = 0
    uncounted: int = 0


class Classified(Event):
    """What the ticket was taken for; `kept` where that is its thread's subject and not what its own words were like."""

    kind: Literal["classified"] = "classified"
    category: str
    topic: str
    confidence: float
    kept: bool


class PassageFound(Event):
    """Retrieval returned a passage."""

    kind: Literal["passage"] = "passage"
    passage_id: str
    score: float


class ToolCalled(Event):
    """A tool was called; `rule` is the one by which it judged a refund."""

    kind: Literal["tool"] = "tool"
    id: str
    name: str
    arguments: dict[str, str]
    outcome: str
    duration_ms: float
    rule: str | None = None


class CheckRefused(Event):
    """The check found a reply or Decision that must not leave, and why."""

    kind: Literal["check"] = "check"
    attempt: int
    violations: tuple[str, ...]


class StepFailed(Event):
    """A step could not do its work; `error` is the kind of the exception, never its text."""

    kind: Literal["failure"] = "failure"
    step: str
    error: str


AnyEvent = Annotated[
    StepDone | ModelCalled | Classified | PassageFound | ToolCalled | CheckRefused | StepFailed,
    Field(discriminator="kind"),
]


class Trace(Event):
    """One run, as it is stored."""

    trace_id: str
    ticket_id: str
    release: str
    prompt_hashes: dict[str, str]
    events: tuple[AnyEvent, ...]


@dataclass
class Tracer:
    """Collects the events of one run, and shows each to whoever watches it."""

    release: str
    prompt_hashes: dict[str, str]
    trace_id: str = field(default_factory=lambda: uuid.uuid4().hex)
    events: list[AnyEvent] = field(default_factory=list)
    watch: Callable[[AnyEvent], None] | None = None

    def add(self, event: AnyEvent) -> None:
        """Keep an event."""
        self.events.append(event)
        if self.watch is not None:
            self.watch(event)

    def finish(self, ticket_id: str) -> Trace:
        """Return the trace of the run."""
        return Trace(
            trace_id=self.trace_id,
            ticket_id=ticket_id,
            release=self.release,
            prompt_hashes=self.prompt_hashes,
            events=tuple(self.events),
        )
