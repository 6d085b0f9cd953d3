"""Trivial agents give valid Decisions, score at the floor, and show which measures hardly tell them from the agent."""

import asyncio
from collections.abc import Callable, Iterable
from pathlib import Path

import jsonschema
import pytest

from agent.assemble import Agent
from agent.decision import decision_schema
from agent.taxonomy import TAXONOMY, NextAction
from evals.cases.case import Case
from evals.datasets import DataSet, data_set
from evals.measures.rates import rates
from evals.measures.weakness import NEAR, weak_measures
from evals.result import Comparison
from evals.run import compared, run_cases
from evals.statistics.estimate import Estimate
from evals.subjects.agent import AgentSubject
from evals.subjects.trivial import TrivialAgent, trivial_agents

FLOOR = 0.05
Make = Callable[..., Case]


def in_order(cases: Iterable[Case], _: str) -> Iterable[Case]:
    return cases


@pytest.fixture
def trivial(agent: Agent, var: Path) -> dict[str, TrivialAgent]:
    return {one.name: one for one in trivial_agents(agent, var / "evals" / "vectors")}


def scored(subject: TrivialAgent, data: DataSet) -> dict[str, Estimate]:
    return rates([one.row for one in asyncio.run(run_cases(subject, data, 1, in_order))])


@pytest.mark.parametrize("name", ["does nothing", "always escalates", "majority class", "keywords"])
def test_their_decisions_are_valid_and_promise_nothing(
    trivial: dict[str, TrivialAgent], make_claim: Make, make_question: Make, name: str
) -> None:
    texts = ("thanks", "\u00bfD\u00f3nde est\u00e1 mi pedido?", "x" * 30_000, "What is the capital of France?")
    for case in (make_claim(), make_question(), *(make_question(text=text) for text in texts)):
        decision = asyncio.run(trivial[name].answer(case)).decision
        assert decision is not None
        jsonschema.validate(decision.model_dump(mode="json"), decision_schema())
        assert decision.next_action in TAXONOMY[decision.category].actions
        assert decision.next_action not in {NextAction.OFFER_REFUND, NextAction.DECLINE_REFUND}
        assert (decision.tool_calls, decision.citations, decision.refund) == ([], [], None)
        assert (decision.follow_up is None) is (decision.next_action is not NextAction.ASK_FOLLOW_UP)
        assert (decision.escalation is None) is (decision.next_action is not NextAction.ESCALATE)


def test_an_empty_ticket_is_refused_by_them_too(trivial: dict[str, TrivialAgent], make_question: Make) -> None:
    for one in trivial.values():
        assert asyncio.run(one.answer(make_question(text=" \u200b"))).rejected


def test_each_does_what_its_name_says(trivial: dict[str, TrivialAgent], make_question: Make) -> None:
    cases = [make_question(text=text) for text in ("I want to cancel my order A-10234", "password", "?")]

    def said(name: str) -> list[tuple[str, NextAction]]:
        answers = [asyncio.run(trivial[name].answer(case)).decision for case in cases]
        return [(one.category, one.next_action) for one in answers if one is not None]

    assert set(said("does nothing")) == {(next(iter(TAXONOMY)), NextAction.REPLY)}
    assert {action for _, action in said("always escalates")} == {NextAction.ESCALATE}
    assert len({category for category, _ in said("majority class")}) == 1
    assert [category for category, _ in said("keywords")][:2] == ["cancellation", "account_access"]


def test_doing_nothing_scores_at_the_floor(trivial: dict[str, TrivialAgent]) -> None:
    dev = data_set("dev")
    for name in ("does nothing", "always escalates", "majority class"):
        value = scored(trivial[name], dev)["task_completion"].value
        assert value is not None
        assert value < FLOOR, name


def compared_to(value: float, *others: tuple[str, float, bool]) -> tuple[str, ...]:
    def estimate(of: float | None) -> Estimate:
        return Estimate(value=of, low=of, high=of, n=10, method="test")

    rivals = [
        Comparison(name=name, trivial=trivial, measures={"category": estimate(scores)}, wall_ms_p50=0.0)
        for name, scores, trivial in others
    ]
    return weak_measures({"category": estimate(value), "mrr": estimate(0.1), "flags": estimate(None)}, rivals)


def test_a_measure_on_which_a_trivial_agent_comes_near_is_named() -> None:
    assert compared_to(0.9, ("keywords", 0.9 - NEAR / 2, True), ("does nothing", 0.1, True)) == (
        "category: keywords reaches 0.875",
    )
    assert compared_to(0.9, ("keywords", 0.95, True)) == ("category: keywords reaches 0.950",)
    assert compared_to(0.9, ("keywords", 0.84, True)) == ()
    assert compared_to(0.9, ("without context", 0.9, False)) == ()  # is not trivial
    assert compared_to(0.9) == ()


def test_a_measure_that_everybody_passes_is_weak(
    agent: Agent, trivial: dict[str, TrivialAgent], make_claim: Make, make_question: Make
) -> None:
    data = DataSet("mine", (make_claim(), make_question()), "0" * 64)
    own = rates([one.row for one in asyncio.run(run_cases(AgentSubject(agent, "agent"), data, 1, in_order))])
    rival = trivial["does nothing"]
    comparison = compared(rival.name, asyncio.run(run_cases(rival, data, 1, in_order)), trivial=True)
    weak = {line.partition(":")[0] for line in weak_measures(own, [comparison])}
    assert {"schema", "verbatim", "no_needless_escalation"} <= weak
    assert not weak & {"task_completion", "category", "refund_accuracy", "right_article", "facts_said"}
    assert "macro_f1" in comparison.measures


@pytest.mark.slow
def test_the_agent_is_ahead_of_all_of_them_by_far(agent: Agent, trivial: dict[str, TrivialAgent]) -> None:
    dev = data_set("dev")
    own = rates([one.row for one in asyncio.run(run_cases(AgentSubject(agent, "agent"), dev, 1, in_order))])
    others = [
        compared(one.name, asyncio.run(run_cases(one, dev, 1, in_order)), trivial=True) for one in trivial.values()
    ]
    value = own["task_completion"].value
    assert value is not None
    completed = {other.name: other.measures["task_completion"].value or 0.0 for other in others}
    assert completed["does nothing"] < FLOOR
    assert max(completed.values()) < value - 0.3, completed
    weak = {line.partition(":")[0] for line in weak_measures(own, others)}
    assert "schema" in weak
    assert not weak & {"task_completion", "category", "action", "right_article", "refund_accuracy"}
