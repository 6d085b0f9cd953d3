"""A trace as lines: what happened, in order, and how long it took."""

from dataclasses import dataclass

from agent.trace import (
    AnyEvent,
    CheckRefused,
    Classified,
    ModelCalled,
    PassageFound,
    StepDone,
    StepFailed,
    ToolCalled,
    Trace,
)
from evals.report.writing import milliseconds


@dataclass(frozen=True)
class Line:
    """One event; `share` is its part of the whole time in percent, None for what takes none."""

    kind: str
    text: str
    ms: str = ""
    share: float | None = None


def happened(trace: Trace) -> list[Line]:
    """Return the events in their order; the end of a step stands after what happened in it."""
    whole = sum(event.duration_ms for event in trace.events if isinstance(event, StepDone))
    return [_line(event, whole) for event in trace.events]


def _line(event: AnyEvent, whole: float) -> Line:
    match event:
        case StepDone():
            share = round(100 * event.duration_ms / whole, 1) if whole else None
            return Line("step", event.step, milliseconds(event.duration_ms), share)
        case ModelCalled():
            tokens = f", {event.input_tokens} tokens in, {event.output_tokens} out" if event.input_tokens else ""
            return Line("model", f"{event.act} by {event.model}{tokens}", milliseconds(event.duration_ms))
        case Classified():
            kept = ", kept from its thread" if event.kept else ""
            return Line("classified", f"{event.category}/{event.topic}, {event.confidence:.3f}{kept}")
        case PassageFound():
            return Line("passage", f"{event.passage_id}, score {event.score:.3f}")
        case ToolCalled():
            return Line("tool", called(event.name, event.arguments, event.outcome), milliseconds(event.duration_ms))
        case CheckRefused():
            return Line("refused", f"attempt {event.attempt}: {'; '.join(event.violations)}")
        case StepFailed():
            return Line("failure", f"{event.step}: {event.error}")


def called(name: str, arguments: dict[str, str], outcome: str) -> str:
    """Return a tool call with its outcome."""
    given = ", ".join(f"{key}={value}" for key, value in arguments.items())
    return f"{name}({given}): {outcome}"
