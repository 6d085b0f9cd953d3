"""Results that fill every part of the page, made by hand: what the page shows must not depend on how the agent does."""

import functools
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from html.parser import HTMLParser

import pytest

from agent.decision import Citation, Decision, OrderView, RefundView, ToolCall, Usage
from agent.taxonomy import TAXONOMY, NextAction, Priority
from agent.trace import CheckRefused, ModelCalled, PassageFound, StepDone, StepFailed, ToolCalled, Trace
from evals.calibration.reliability import expected_calibration_error, noise_floor, reliability_bins
from evals.calibration.risk_coverage import risk_coverage
from evals.calibration.threshold import derive_threshold
from evals.checks.check import Check
from evals.environment import Environment
from evals.report.head import Gated
from evals.report.page import page
from evals.result import Attempt, CaseResult, Comparison, DataUsed, Operations, Relation, Result
from evals.statistics.estimate import Estimate
from tools.records import OrderStatus
from tools.refund_judgement import ReasonCode
from tools.tool import Outcome

CATEGORIES = tuple(TAXONOMY)
VOID = {"meta", "br", "hr", "img", "input", "link"}
HELD = Gated("held", "The gate holds: all 3 thresholds are kept.")


def said(value: float | None, n: int = 20) -> Estimate:
    ends = (None, None) if value is None else (max(0.0, value - 0.1), min(1.0, value + 0.1))
    return Estimate(value=value, low=ends[0], high=ends[1], n=n, method="test")


def decided(id: str, category: str, **changes: object) -> Decision:
    """A Decision with something in every part."""
    fields = {
        "ticket_id": id,
        "conversation_id": id,
        "category": category,
        "confidence": 0.8125,
        "alternatives": [],
        "priority": Priority.NORMAL,
        "next_action": NextAction.REPLY,
        "reply": "Thank you. Here is what our policy says.",
        "language": "en",
        "follow_up": None,
        "escalation": None,
        "order": OrderView(
            order_id="A-1",
            status=OrderStatus.DELIVERED,
            placed_on=date(2026, 1, 2),
            expected_on=None,
            delivered_on=None,
            paid_minor=100,
            refunded_minor=0,
            currency="EUR",
        ),
        "refund": RefundView(
            eligible=False,
            amount_minor=0,
            currency="EUR",
            reason_code=next(iter(ReasonCode)),
            evidence_id="call-1",
        ),
        "citations": [Citation(policy_id="refund-how", section="How", quote="Whole sentences only.", score=0.5)],
        "tool_calls": [
            ToolCall(
                id="call-1",
                name="look_up_order",
                arguments={"order_id": "A-1"},
                outcome=next(iter(Outcome)),
                duration_ms=1.5,
            )
        ],
        "flags": [],
        "release": "embedded-2026-01-01",
        "model": "embedded",
        "prompts": {},
        "usage": Usage(),
        "latency_ms": 12.5,
        "trace_id": "t",
    }
    return Decision.model_validate(fields | changes)


TRACE = Trace(
    trace_id="t",
    ticket_id="t",
    release="r",
    prompt_hashes={},
    events=(
        StepDone(step="screen", duration_ms=1.0),
        ModelCalled(model="embedded", act="classify", duration_ms=0.5, input_tokens=7, output_tokens=3),
        StepDone(step="classify", duration_ms=3.0),
        PassageFound(passage_id="refund-how.1", score=0.5),
        ToolCalled(id="call-1", name="look_up_order", arguments={"order_id": "A-1"}, outcome="ok", duration_ms=1.5),
        CheckRefused(attempt=1, violations=("a number without evidence",)),
        StepFailed(step="draft", error="TimeoutError"),
    ),
)


def attempted(id: str, expected: str, got: str, **changes: object) -> Attempt:
    right = expected == got
    cause = "" if right else f"{expected} taken for {got}"
    fields = {
        "checks": (
            Check(name="answered", passed=True),
            Check(name="category", passed=right, cause=cause),
            Check(name="grounded", passed=None, cause="free words"),
        ),
        "completed": right,
        "wall_ms": 12.5,
        "decision": decided(id, got),
        "trace": TRACE,
    }
    return Attempt.model_validate(fields | changes)


def case(id: str, expected: str, got: str, **changes: object) -> CaseResult:
    fields = {
        "id": id,
        "cluster": id,
        "category": expected,
        "kind": "routine",
        "segments": ("anonymous",),
        "attempts": (attempted(id, expected, got),),
        "text": f"The ticket of {id}",
        "about": f"why {id} is here",
        "located": None if expected == got else "classify",
        "repairs": {} if expected == got else {"screen": False, "classify": True},
    }
    return CaseResult.model_validate(fields | changes)


@functools.cache
def classifier() -> dict[str, object]:
    """The classifier's part as a result holds it, of 200 answers."""
    confidence = [0.3 + 0.7 * place / 200 for place in range(200)]
    right = [place % 10 < 10 * stated for place, stated in enumerate(confidence)]
    curve = risk_coverage(confidence, right)
    return {
        "tickets": 200,
        "calibration_error": expected_calibration_error(confidence, right).model_dump(),
        "calibration_noise_floor": noise_floor(confidence),
        "bins": [one.model_dump() for one in reliability_bins(confidence, right)],
        "risk_coverage": [one.model_dump() for one in curve.points],
        "area_under_risk_coverage": curve.area,
        "area_in_random_order": curve.random_order,
        "thresholds": [derive_threshold(confidence, right, target).model_dump() for target in (0.2, 0.01)],
    }


def result(cases: Sequence[CaseResult], **changes: object) -> Result:
    """A result with something in every part."""
    main = {name: said(0.75, len(cases)) for name in ("task_completion", "category", "action")}
    fields = {
        "id": "test-result",
        "made_at": datetime(2026, 1, 1, 12, 30, tzinfo=UTC),
        "subject": "embedded",
        "release": "embedded-2026-01-01",
        "environment": Environment(
            commit="c0ffee" + "0" * 34,
            dirty=True,
            python="3.11.7",
            libraries={"numpy": "2.4.6"},
            processor="a processor",
            cores=2,
        ),
        "hashes": {"replies": "5ce3ef26"},
        "data": DataUsed(name="dev", sha256="d" * 64, cases=len(cases), judged_by="end state"),
        "k": 1,
        "seed": 7,
        "cases": tuple(cases),
        "measures": main | {"grounded": said(None, 0)},
        "by_category": {name: said(0.5, 4) for name in sorted({one.category for one in cases})},
        "by_segment": {"routine": main, "anonymous": main},
        "retrieval": {"recall@1": said(0.613), "recall@3": said(0.8), "recall@5": said(0.9), "mrr": said(0.7)},
        "classifier": classifier(),
        "operations": Operations(
            steps_ms={"ticket": {"p50": timed(36.4), "p95": timed(87.3)}, "classify": {"p50": timed(21.7)}},
            reading_ratio={"p50": 1.6},
            per_ticket={"cost_usd": 0.0123, "model_calls": 1.0},
        ),
        "others": (
            Comparison(
                name="embedded without context",
                trivial=False,
                measures={"task_completion": said(0.4)},
                wall_ms_p50=31.2,
            ),
            Comparison(name="keywords", trivial=True, measures=dict.fromkeys(main, said(0.72)), wall_ms_p50=0.0),
        ),
        "weak_measures": ("action: keywords reaches 0.720",),
        "relations": (
            Relation(name="typos", must="stay", consistent=said(0.9), examples=("case-right-000",)),
            Relation(name="negation", must="change", consistent=said(1.0), examples=("gone-001",)),
        ),
    }
    return Result.model_validate(fields | changes)


def timed(value: float) -> Estimate:
    return Estimate(value=value, low=value * 0.9, high=value * 1.2, n=20, method="order statistics")


class Read(HTMLParser):
    """A page as a reader's browser takes it: tags with attributes, ids, links, text; unbalanced tags are an error."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.texts: list[tuple[str, str]] = []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append((self.open[-1] if self.open else "", data))

    @property
    def ids(self) -> list[str]:
        return [attrs["id"] or "" for _, attrs in self.tags if "id" in attrs]

    @property
    def links(self) -> list[str]:
        return [attrs["href"] or "" for tag, attrs in self.tags if tag == "a"]

    def text(self, *tags: str) -> list[str]:
        return [text for tag, text in self.texts if not tags or tag in tags]


@pytest.fixture(scope="session")
def read() -> Callable[[str], Read]:
    """Parse a page."""
    return Read


@pytest.fixture(scope="session")
def make_case() -> Callable[..., CaseResult]:
    """Make a case: id, expected and given category, other fields by name."""
    return case


@pytest.fixture(scope="session")
def make_attempt() -> Callable[..., Attempt]:
    """Make an attempt: id, expected and given category, other fields by name."""
    return attempted


@pytest.fixture(scope="session")
def make_full() -> Callable[..., Result]:
    """Make a result with something in every part from cases; other fields by name."""
    return result


@pytest.fixture(scope="session")
def make_bare() -> Callable[..., Result]:
    """Make a result of cases with hardly a picture, which take most of a page's time."""
    nothing = Operations(steps_ms={}, reading_ratio={}, per_ticket={})
    bare = {"classifier": {}, "retrieval": {}, "by_segment": {}, "by_category": {}, "measures": {}, "others": ()}
    return lambda cases, **changes: result(cases, **(bare | {"operations": nothing, "relations": ()} | changes))


@pytest.fixture(scope="session")
def confused() -> Mapping[tuple[str, str], int]:
    """How often which category is taken for which in `full`."""
    first, second, third = CATEGORIES[:3]
    return {(first, first): 13, (first, second): 2, (second, second): 17, (third, second): 5}


@pytest.fixture(scope="session")
def full(confused: Mapping[tuple[str, str], int]) -> Result:
    """A result with right and wrong cases."""
    cases = [
        case(f"case-{'right' if expected == got else 'wrong'}-{row}{place:02}", expected, got)
        for row, ((expected, got), count) in enumerate(confused.items())
        for place in range(count)
    ]
    return result(cases)


@pytest.fixture(scope="session")
def full_page(full: Result) -> str:
    """The page of `full`."""
    return page([full], HELD)


@pytest.fixture(scope="session")
def held() -> Gated:
    """A gate that holds."""
    return HELD
