"""A fault planted in each step is located in that step."""

import asyncio
import dataclasses
from collections.abc import Callable

import pytest

from agent.assemble import Agent
from agent.deps import Deps
from agent.graph import STEPS, Step, build_graph
from agent.models.protocol import Classification, Draft, Quote, Verdict
from agent.state import State
from agent.steps.check import check
from agent.taxonomy import NextAction
from evals.cases.case import Case
from evals.checks.run import check as check_answer
from evals.checks.run import completed
from evals.locate.locate import Located, locate
from evals.subjects.agent import AgentSubject

Make = Callable[..., Case]


def overlooks_orders(state: State, deps: Deps) -> State:
    seen = STEPS[0](state, deps)
    return {**seen, "reading": dataclasses.replace(seen["reading"], order_ids=())}


async def mistakes_the_category(state: State, deps: Deps) -> State:
    reads = await deps.read(state["ticket"].text)
    return {"vector": reads.vectors[0], "classification": Classification("subscription", "stop", 0.99, ())}


def finds_nothing(state: State, deps: Deps) -> State:
    return {"passages": ()}


async def finds_nothing_of_orders(state: State, deps: Deps) -> State:
    return {"tool_evidence": (), "flags": ()}


def always_refuses(state: State, deps: Deps) -> State:
    return {"verdict": Verdict(NextAction.REFUSE, "refuse")}


async def quotes_what_does_not_answer(state: State, deps: Deps) -> State:
    best = state["passages"][0].passage.policy_id
    other = next(found.passage for found in state["passages"] if found.passage.policy_id != best)
    return {"draft": Draft(other.text, (Quote(other.id, other.text),))}


def hands_everything_over(state: State, deps: Deps) -> State:
    return check({**state, "verdict": Verdict(NextAction.ESCALATE, "handover", reason="check_failed")}, deps)


FAULTS: dict[str, tuple[Step, str]] = {
    "screen": (overlooks_orders, "claim"),
    "classify": (mistakes_the_category, "claim"),
    "retrieve": (finds_nothing, "question"),
    "look_up": (finds_nothing_of_orders, "claim"),
    "decide": (always_refuses, "claim"),
    "draft": (quotes_what_does_not_answer, "question"),
    "check": (hands_everything_over, "claim"),
}


def with_fault(name: str, fault: Step) -> tuple[Step, ...]:
    fault.__name__ = name
    return tuple(fault if step.__name__ == name else step for step in STEPS)


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_located_in_its_step(agent: Agent, make_claim: Make, make_question: Make, name: str) -> None:
    fault, of = FAULTS[name]
    case = make_claim() if of == "claim" else make_question()
    steps = with_fault(name, fault)
    faulty = AgentSubject(dataclasses.replace(agent, graph=build_graph(steps)), "faulty")

    async def run() -> tuple[bool, Located]:
        return completed(check_answer(case, await faulty.answer(case))), await locate(agent, case, steps)

    passed, located = asyncio.run(run())
    assert not passed, "the fault does no harm, so there is nothing to locate"
    assert located.step == name
    assert located.repairs[name]


def test_two_faults_are_named_together(agent: Agent, make_claim: Make) -> None:
    faults = {"classify": mistakes_the_category, "decide": always_refuses}
    for name, fault in faults.items():
        fault.__name__ = name
    steps = tuple(faults.get(step.__name__, step) for step in STEPS)
    located = asyncio.run(locate(agent, make_claim(), steps))
    assert located.step == "classify + decide"
    assert not any(located.repairs.values())


def test_what_no_step_can_repair_is_not_located(agent: Agent, make_claim: Make) -> None:
    impossible = make_claim()
    expect = impossible.expect.model_copy(update={"priority": ("urgent", "urgent")})
    located = asyncio.run(locate(agent, impossible.model_copy(update={"expect": expect})))
    assert located.step is None
