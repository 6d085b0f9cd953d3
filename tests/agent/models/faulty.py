"""Every fault of the scripted server at every place of a ticket, and what must be true of the Decision all the same."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from types import MappingProxyType

from agent.decision import Decision, Flag
from agent.taxonomy import NextAction
from agent.trace import CheckRefused, StepFailed, Trace
from evals.scripted_server.exchange import Request
from evals.scripted_server.faults import FAULTS

PLAN = ("classify", "choose_lookups", "write_reply")  # what a ticket with one order asks where nothing fails
MOST_REQUESTS = len(PLAN) + 2
SLOWEST_S = 3.3
AT_ONCE = 4
PLACES: Mapping[str, Callable[[int, Request], bool]] = MappingProxyType(
    {
        "first call": lambda number, _: number == 0,
        "look-up turn": lambda _, request: request.question == "choose_lookups",
        "reply": lambda _, request: request.question == "write_reply",
        "every call": lambda *_: True,
    }
)
# Words that only faults say, and the key, which two of them say back.
KEY = "sk-of-this-test-alone"
SAID_BY_FAULTS = (
    "scripted 4",
    "scripted 5",
    "Bearer",
    KEY,
    "html",
    "Sign in",
    "I would say",
    "help with that",
    "no_such_choice",
    "refund_approved",
    "issue_refund",
    "followed=you",
    "xxxxxxxx",
    "[[[[",
)


@dataclass(frozen=True)
class Case:
    """One fault at one place."""

    kind: str
    place: str

    def script(self, number: int, request: Request) -> str | None:
        """See evals.scripted_server.server.Script."""
        return self.kind if PLACES[self.place](number, request) else None

    def __str__(self) -> str:
        return f"{self.kind} at {self.place}"


def cases(*places: str) -> list[Case]:
    """Return every fault at these places."""
    return [Case(kind, place) for place, kind in product(places, FAULTS)]


@dataclass(frozen=True)
class Outcome:
    """What came of one case; `asked` are the questions that reached the server."""

    decision: Decision
    seconds: float
    asked: list[str]
    trace: Trace | None = None

    def failures(self) -> dict[str, str]:
        """Return how each act failed that did, by its name."""
        assert self.trace is not None
        return {event.step: event.error for event in self.trace.events if isinstance(event, StepFailed)}

    def stands(self, case: Case, embedded: Decision) -> None:
        """Assert what no fault may change; `embedded` is the Decision without a large model."""
        decision = self.decision
        assert self.seconds <= SLOWEST_S
        assert len(self.asked) <= MOST_REQUESTS
        assert "choose_lookups" in self.asked or case.place != "look-up turn", "the fault was never met"
        assert (decision.next_action, decision.refund) == (NextAction.OFFER_REFUND, embedded.refund)
        assert (decision.category, decision.order) == (embedded.category, embedded.order)
        assert embedded.reply.partition("\n\n")[0] in decision.reply
        if case.place == "every call":
            assert Flag.MODEL_UNAVAILABLE in decision.flags
        assert [words for words in SAID_BY_FAULTS if words in decision.model_dump_json()] == []
        # What the check refuses of a model's own words, the trace shows.
        events = [event for event in (self.trace.events if self.trace else ()) if not isinstance(event, CheckRefused)]
        assert [words for words in SAID_BY_FAULTS if words in repr(events)] == []


def told(outcomes: Sequence[Outcome]) -> str:
    """Return the figures of outcomes in words."""
    slowest, most = max(one.seconds for one in outcomes), max(len(one.asked) for one in outcomes)
    return f"{len(outcomes)} cases, slowest {slowest:.2f} s, at most {most} requests upstream (plan {len(PLAN)})"
