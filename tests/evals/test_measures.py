"""Measures on made-up answers: formulas against counting, planted faults against the figure that must show them."""

import itertools
import statistics
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.bulk import BulkClassifier
from agent.decision import Decision, FollowUp, Usage
from agent.taxonomy import TAXONOMY, NextAction
from agent.trace import ModelCalled, StepDone, StepFailed, Trace
from evals.cases.case import Case
from evals.checks.check import Check, judged
from evals.checks.run import check
from evals.datasets import LabelledTicket
from evals.measures.breakdown import by_category, by_segment
from evals.measures.classifier import classifier_measures
from evals.measures.labels import NOTHING, expected_and_got, macro_f1_of
from evals.measures.operations import operations
from evals.measures.rates import MEASURES, PASSES, Row, passes_every_time, rates
from evals.measures.retrieval import Question, Searched, retrieval_measures
from evals.subjects.subject import Answer
from tests.evals.conftest import claim, question

Make = Callable[..., Case]


def decision(case: Case, **changes: object) -> Decision:
    """A Decision as the case wants it: category, action and priority."""
    return Decision(
        ticket_id=case.id,
        conversation_id=case.cluster,
        category=case.expect.category,
        confidence=1.0,
        alternatives=[],
        priority=case.expect.priority[0],
        next_action=case.expect.action[0],
        reply="Thank you for your message.",
        language="en",
        follow_up=None,
        escalation=None,
        order=None,
        refund=None,
        citations=[],
        tool_calls=[],
        flags=[],
        release="test",
        model="test",
        prompts={},
        usage=Usage(),
        latency_ms=1.0,
        trace_id="none",
    ).model_copy(update=changes)


def row(case: Case, **changes: object) -> Row:
    answer = Answer(decision(case, **changes))
    return Row(case, answer, check(case, answer))


def with_expect(case: Case, **changes: object) -> Case:
    return case.model_copy(update={"expect": case.expect.model_copy(update=changes)})


def value(rows: list[Row], name: str) -> float | None:
    return rates(rows)[name].value


@settings(max_examples=60)
@given(attempts=st.lists(st.lists(st.booleans(), min_size=8, max_size=10), min_size=1, max_size=4))
def test_pass_k_is_the_share_of_draws_that_all_succeed(attempts: list[list[bool]]) -> None:
    ids = {f"case-{place}": done for place, done in enumerate(attempts)}
    found = passes_every_time(ids, {id: id for id in ids})
    assert set(found) == {f"pass^{k}" for k in PASSES}
    for k in PASSES:
        counted = [statistics.mean(all(draw) for draw in itertools.combinations(done, k)) for done in attempts]
        assert found[f"pass^{k}"].value == pytest.approx(statistics.mean(counted))


def test_pass_k_is_left_out_where_there_are_fewer_attempts() -> None:
    found = passes_every_time({"a": [True] * 8, "b": [True, False, True, True]}, {"a": "a", "b": "b"})
    assert {name: one.value for name, one in found.items()} == {"pass^1": 0.875, "pass^4": 0.5}
    assert passes_every_time({}, {}) == {}


def test_what_can_not_be_judged_is_counted_apart(make_question: Make) -> None:
    case = make_question()
    said = {True: judged("grounded", True, ""), False: judged("grounded", False, "x")}
    unknown = Check(name="grounded", passed=None, cause="free words")
    rows = [Row(case, Answer(decision(case)), (one,)) for one in (said[True], said[False], unknown, unknown)]
    grounded = rates(rows)["grounded"]
    assert (grounded.value, grounded.n, grounded.unjudged) == (0.5, 2, 2)
    assert value(rows, "task_completion") == 0.75  # nothing failed in those that could not be judged


def test_where_one_of_two_checks_fails_nothing_is_open(make_claim: Make) -> None:
    case = make_claim()
    for refund, action, passes in ((None, False, False), (None, True, None), (True, True, True), (True, False, False)):
        checks = (Check(name="refund", passed=refund), Check(name="action", passed=action))
        estimate = rates([Row(case, Answer(decision(case)), checks)])["refund_accuracy"]
        assert estimate.value == (None if passes is None else float(passes))


def test_a_broken_category_shows_in_its_own_figure(make_claim: Make, make_question: Make) -> None:
    rows = [row(make_question(f"test-question-{place:03}")) for place in range(30)]
    rows += [row(make_claim(f"test-claim-{place:03}"), category="subscription") for place in range(4)]
    found = by_category(rows)
    assert {name: one.value for name, one in found.items()} == {"payment_billing": 1.0, "refund_request": 0.0}
    assert found["refund_request"].n == 4
    average = value(rows, "category")
    assert average is not None
    assert average > 0.85  # the average hides it
    macro = macro_f1_of(rows).value
    assert macro is not None
    assert macro < 0.5  # and this one does not


def test_a_category_that_would_also_do_is_right(make_question: Make) -> None:
    case = with_expect(make_question(), also_ok=("subscription",))
    rows = [row(case, category="subscription"), row(case, category="cancellation")]
    assert expected_and_got(rows) == [("payment_billing", "payment_billing"), ("payment_billing", "cancellation")]
    crashed = Answer(crashed="RuntimeError")
    assert expected_and_got([Row(case, crashed, check(case, crashed))]) == [("payment_billing", NOTHING)]


def test_segments_have_their_own_figures(make_claim: Make, make_question: Make) -> None:
    known = [row(make_claim(f"test-claim-{place:03}"), next_action=NextAction.REPLY) for place in range(3)]
    anonymous = [row(make_question(kind="edge"))]
    found = by_segment(known + anonymous)
    assert set(found) == {"routine", "edge", "known_customer", "anonymous"}
    assert found["known_customer"]["action"].value == 0
    assert found["anonymous"]["action"].value == 1
    assert set(found["edge"]) == {"task_completion", "category", "action"}


def test_an_offer_without_evidence_lowers_its_measure(make_claim: Make, make_question: Make) -> None:
    rows = [row(make_claim())]  # an offer, and no tool was called
    assert value(rows, "no_unproved_refund") == 0
    assert "no_unproved_refund" not in rates([row(make_question())])


def test_what_was_due_and_is_not_there_fails(make_claim: Make) -> None:
    answer = Answer(crashed="RuntimeError")
    found = rates([Row(make_claim(), answer, check(make_claim(), answer))])
    names = {"task_completion", "category", "schema", "action", "priority", "tools", "grounded", "verbatim"}
    assert {name: found[name].value for name in names} == dict.fromkeys(names, 0.0)
    assert found["no_needless_escalation"].value == 0


def test_an_empty_ticket_counts_for_completion_alone(make_question: Make) -> None:
    case, answer = with_expect(make_question(), rejected=True), Answer(rejected=True)
    found = rates([Row(case, answer, check(case, answer))])
    assert found["task_completion"].value == 1
    assert set(found) <= {"task_completion", "right_article"}
    assert by_category([Row(case, answer, check(case, answer))]) == {}


@pytest.mark.parametrize(
    ("must", "needless", "action"),
    [
        ("must_escalate", "no_needless_escalation", NextAction.ESCALATE),
        ("must_refuse", "no_needless_refusal", NextAction.REFUSE),
        ("must_ask", "no_needless_question", NextAction.ASK_FOLLOW_UP),
    ],
)
def test_what_must_be_done_and_what_must_not(make_question: Make, must: str, needless: str, action: NextAction) -> None:
    wants = with_expect(make_question(), action=(action,))
    other = make_question()
    did: dict[str, object] = {"next_action": action}
    if action is NextAction.ASK_FOLLOW_UP:
        wants = with_expect(wants, asks_for=("request",))
        assert value([row(wants, **did)], must) == 0  # asked, and for nothing
        did["follow_up"] = FollowUp(asks_for=["request"])
    assert value([row(wants, **did)], must) == 1
    assert value([row(wants, next_action=NextAction.REPLY)], must) == 0
    assert needless not in rates([row(wants, **did)])
    assert value([row(other, next_action=action)], needless) == 0
    assert value([row(other)], needless) == 1
    assert must not in rates([row(other)])


def test_every_measure_has_a_name_and_words_of_its_own() -> None:
    assert len({one.name for one in MEASURES}) == len({one.says for one in MEASURES}) == len(MEASURES)


def run(latency: float, **usage: int) -> Answer:
    case = question()
    events = (
        StepDone(step="screen", duration_ms=latency / 4),
        ModelCalled(model="m", act="classify", duration_ms=1.0),
        StepDone(step="classify", duration_ms=latency / 2),
        *(StepFailed(step="retrieve", error="PartUnavailable"),) * usage.pop("failures", 0),
    )
    trace = Trace(trace_id="t", ticket_id=case.id, release="r", prompt_hashes={}, events=events)
    made = decision(case, latency_ms=latency, usage=Usage(**usage))
    return Answer(made, trace)


def test_operations_are_read_off_traces() -> None:
    answers = [run(float(latency), input_tokens=10, llm_calls=2, cost_usd=0.5) for latency in range(1, 101)]
    found = operations(answers, [True] * 50 + [False] * 50, [0.5] * 100)
    assert {step: one["p50"].value for step, one in found.steps_ms.items()} == {
        "ticket": 50.5,
        "screen": 50.5 / 4,
        "classify": 50.5 / 2,
    }
    assert found.steps_ms["ticket"]["p95"].value == pytest.approx(np.quantile(range(1, 101), 0.95))
    assert "p99" not in found.steps_ms["ticket"]  # too few for an interval
    assert found.reading_ratio == {"p50": 101.0, "p95": pytest.approx(2 * np.quantile(range(1, 101), 0.95), rel=1e-3)}
    assert found.per_ticket["input_tokens"] == 10
    assert found.per_ticket["model_calls"] == 2
    assert found.per_ticket["cost_usd"] == 0.5
    assert found.per_ticket["cost_usd_of_a_success"] == 1.0
    assert found.per_ticket["escalation_rate"] == 0
    assert found.per_ticket["fallback_rate"] == 0


def test_ratios_are_made_ticket_by_ticket() -> None:
    answers = [run(10.0), run(100.0), run(50.0), Answer(rejected=True)]  # the machine was slow during the second
    found = operations(answers, [True] * 4, [5.0, 50.0, None, None])
    assert found.reading_ratio == {"p50": 2.0, "p95": 2.0}


def test_failures_of_steps_are_fallbacks() -> None:
    found = operations([run(1.0), run(1.0, failures=1)], [False, False], [1.0, 1.0])
    assert found.per_ticket["fallback_rate"] == 0.5
    assert "cost_usd_of_a_success" not in found.per_ticket


def test_a_run_without_decisions_has_no_operations() -> None:
    found = operations([Answer(rejected=True), Answer(crashed="E")], [True, False], [None, None])
    assert (found.steps_ms, found.reading_ratio, found.per_ticket) == ({}, {}, {})


def asked(right: tuple[str, ...], found: tuple[str, ...]) -> Searched:
    return Searched(Question(id="q", question="?", category="refund_request", passages=right), found)


def test_retrieval_on_ranks_made_by_hand() -> None:
    searched = [
        asked(("a.1",), ("a.1", "b.1")),  # first
        asked(("a.1", "a.2"), ("x.1", "a.2", "a.1")),  # second
        asked(("a.1",), ("v", "w", "x", "y", "a.1")),  # fifth
        asked(("a.1",), ("b.1",)),  # never
        asked((), ()),
        asked((), ("b.1",)),
    ]
    assert [one.rank() for one in searched] == [1, 2, 5, None, None, None]
    found = {name: one.value for name, one in retrieval_measures(searched).items()}
    assert found == {
        "recall@1": 0.25,
        "recall@3": 0.5,
        "recall@5": 0.75,
        "mrr": pytest.approx((1 + 1 / 2 + 1 / 5) / 4),
        "silent_when_unanswerable": 0.5,
    }


@dataclass
class Answers:
    """A classifier that answers by a table."""

    by_text: dict[str, tuple[str, float]]

    def classify(self, texts: list[str]) -> list[tuple[str, float]]:
        return [self.by_text[text] for text in texts]


def test_the_classifier_alone() -> None:
    tickets = [
        LabelledTicket(id=f"t-{place}", text=f"text {place}", category="subscription", also_ok=("cancellation",))
        for place in range(40)
    ]
    right = dict.fromkeys((f"text {place}" for place in range(10)), ("cancellation", 0.9))
    right |= dict.fromkeys((f"text {place}" for place in range(10, 30)), ("subscription", 0.8))
    wrong = dict.fromkeys((f"text {place}" for place in range(30, 40)), ("refund_request", 0.3))
    table: BulkClassifier = Answers(right | wrong)  # type: ignore[assignment]
    found = classifier_measures(table, tickets)
    assert found["tickets"] == 40
    assert found["accuracy"]["value"] == 0.75
    assert found["by_category"]["subscription"]["value"] == 0.75
    assert found["risk_coverage"]
    assert found["calibration_error"]["value"] == pytest.approx((10 * 0.1 + 20 * 0.2 + 10 * 0.3) / 40)
    assert {one["target_error"] for one in found["thresholds"]} == {0.2, 0.15, 0.1, 0.05}


def test_rows_of_one_conversation_are_one_cluster() -> None:
    case = claim(family="talk")
    assert case.cluster == "talk"
    assert claim().cluster == claim().id
    assert set(TAXONOMY) >= {case.expect.category}
