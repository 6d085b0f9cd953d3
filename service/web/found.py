"""What was found for a ticket, in words: passages with their quotes marked, and the run step by step."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

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
from service.web.rendering import words

STEPS = {
    "screen": "Read what was written",
    "classify": "Found out what it is about",
    "retrieve": "Looked for policies",
    "look_up": "Looked things up",
    "decide": "Decided what to do",
    "draft": "Wrote the reply",
    "check": "Checked the reply",
}


@dataclass(frozen=True)
class Piece:
    """A piece of a text, quoted in the reply or not."""

    text: str
    quoted: bool


@dataclass(frozen=True)
class Read:
    """A passage that was found, cut into pieces."""

    id: str
    score: float
    pieces: Sequence[Piece]

    @property
    def quoted(self) -> bool:
        """Whether the reply quotes it."""
        return any(piece.quoted for piece in self.pieces)


@dataclass(frozen=True)
class StepTaken:
    """A step, how long it took, and what came of it."""

    title: str
    duration_ms: float
    lines: Sequence[str]


def pieces(text: str, quotes: Sequence[str]) -> list[Piece]:
    """Return a text cut where quotes of it begin and end; what two quotes share is marked once."""
    marked = [False] * len(text)
    for quote in quotes:
        at = text.find(quote) if quote else -1
        if at >= 0:
            marked[at : at + len(quote)] = [True] * len(quote)
    cuts = [0, *(at for at in range(1, len(text)) if marked[at] != marked[at - 1]), len(text)]
    return [Piece(text[a:b], marked[a]) for a, b in pairwise(cuts) if a < b]


def quoted_or_not(passages: Sequence[tuple[str, float, str]], quotes: Sequence[str]) -> tuple[list[Read], list[Read]]:
    """Return the passages (id, score, text) of which a quote was taken, and the others."""
    read = [Read(id, score, pieces(text, quotes)) for id, score, text in passages]
    return [one for one in read if one.quoted], [one for one in read if not one.quoted]


def rule_of(trace: Trace) -> str | None:
    """Return the rule by which a refund was judged; None where none was."""
    return next((event.rule for event in trace.events if isinstance(event, ToolCalled) and event.rule), None)


def steps_taken(trace: Trace) -> list[StepTaken]:
    """Return a run as its steps; an event belongs to the step that ends after it."""
    taken: list[StepTaken] = []
    lines: list[str] = []
    for event in trace.events:
        if isinstance(event, StepDone):
            taken.append(StepTaken(STEPS.get(event.step, words(event.step)), event.duration_ms, lines))
            lines = []
        else:
            lines.append(told(event))
    if lines:
        taken.append(StepTaken("Ended early", 0.0, lines))
    return taken


def told(event: AnyEvent) -> str:
    """Return what happened, in one sentence."""
    match event:
        case Classified():
            kept = ", as the conversation had it" if event.kept else ""
            return f"Taken for {words(event.category)} ({words(event.topic)}), {event.confidence:.0%} sure{kept}."
        case PassageFound():
            return f"Found {event.passage_id}, {event.score:.2f} alike."
        case ToolCalled():
            given = ", ".join(event.arguments.values())
            judged = f" by rule {event.rule}" if event.rule else ""
            return f"Asked {words(event.name)} ({given}): {words(event.outcome)}{judged}, {event.duration_ms:.0f} ms."
        case ModelCalled():
            asked = f", {event.calls} calls to its server" if event.calls else ""
            return f"Asked {event.model} to {words(event.act)}: {event.duration_ms:.0f} ms{asked}."
        case CheckRefused():
            return f"The check held the reply back: {', '.join(words(one) for one in event.violations)}."
        case StepFailed():
            return f"{STEPS.get(event.step, words(event.step))} failed: {event.error}."
        case StepDone():
            return f"{STEPS.get(event.step, words(event.step))}: {event.duration_ms:.0f} ms."
