"""For each step, what it would have returned had it been right: from the case where it says so, else from our own code.

A repaired step never sees what the faulty one returned, so a fault in it can't leak through.
"""

import dataclasses
from collections.abc import Callable, Iterator

import numpy as np

from agent.decision import Flag
from agent.decision_table import verdict
from agent.deps import Deps
from agent.graph import Step
from agent.models.protocol import Classification, Verdict
from agent.signals import signal_flags
from agent.state import State
from agent.steps.check import check
from agent.steps.decide import situation_of
from agent.steps.draft import draft
from agent.steps.look_up import look_up
from agent.steps.screen import screen
from agent.taxonomy import Handling
from evals.cases.case import Case
from knowledge.policies import Passage, cut, load_policies
from knowledge.search import Found

Repair = Callable[[Case], Iterator[Step]]  # the versions to try; one that works is enough


def screen_right(case: Case) -> Iterator[Step]:
    """Language, signals and order numbers as the case has them."""
    expect = case.expect
    wanted = tuple(dict.fromkeys(call.order_id for call in expect.calls))

    def step(state: State, deps: Deps) -> State:
        seen = screen(state, deps)
        reading = seen["reading"]
        ids = wanted or (() if "order_id" in expect.asks_for else reading.order_ids)
        kept = [flag for flag in reading.signals if flag not in expect.no_flags]
        signals = tuple(dict.fromkeys((*kept, *(flag for flag in expect.flags if flag in signal_flags()))))
        flags = tuple(flag for flag in seen["flags"] if flag not in {Flag.LANGUAGE_UNSUPPORTED, *reading.signals})
        flags += signals + (Flag.LANGUAGE_UNSUPPORTED,) * (expect.language != "en")
        right = dataclasses.replace(reading, language=expect.language, order_ids=ids, signals=signals)
        return {"reading": right, "flags": flags}

    yield step


def classify_right(case: Case) -> Iterator[Step]:
    """The category and topic that the case expects, for certain; in doubt where it expects a question back."""
    sure = 0.0 if "request" in case.expect.asks_for else 1.0

    async def step(state: State, deps: Deps) -> State:
        reads = await deps.read(state["ticket"].text)
        question = state["ticket"].text
        return {"vector": reads.vectors[0], "question": question, "classification": _classification(case, sure)}

    yield step


def retrieve_right(case: Case) -> Iterator[Step]:
    """The passages of the articles that the case wants cited, nearest first; nothing where it wants none."""

    async def step(state: State, deps: Deps) -> State:
        passages = [passage for passage in _passages() if passage.policy_id in case.expect.cites]
        found = []
        for passage in passages:
            vector = (await deps.read(passage.text)).vectors[0]
            found.append(Found(passage, float(np.dot(vector, state["vector"]))))
        return {"passages": tuple(sorted(found, key=lambda one: -one.score))}

    yield step


def look_up_right(case: Case) -> Iterator[Step]:
    """The results of the calls that the case expects."""
    wanted = tuple(dict.fromkeys(call.order_id for call in case.expect.calls))

    async def step(state: State, deps: Deps) -> State:
        reading = dataclasses.replace(state["reading"], order_ids=wanted)
        right: State = {**state, "reading": reading, "classification": _classification(case, 1.0)}
        return await look_up(right, dataclasses.replace(deps, model=deps.embedded))

    yield step


def decide_right(case: Case) -> Iterator[Step]:
    """What our table says; else what it says for other ways of handling, where the action is the expected one."""

    def own(state: State, deps: Deps) -> State:
        return {"verdict": verdict(situation_of(state, deps))}

    yield own
    for handling in Handling:

        def other(state: State, deps: Deps, handling: Handling = handling) -> State:
            situation = dataclasses.replace(situation_of(state, deps), handling=handling, confident=True)
            found: Verdict = verdict(situation)
            return {"verdict": found if found.action in case.expect.action else verdict(situation_of(state, deps))}

        yield other


def draft_right(case: Case) -> Iterator[Step]:
    """The published texts."""

    async def step(state: State, deps: Deps) -> State:
        return await draft(state, dataclasses.replace(deps, model=deps.embedded))

    yield step


def check_right(case: Case) -> Iterator[Step]:
    """Our own check."""

    def step(state: State, deps: Deps) -> State:
        return check(state, deps)

    yield step


REPAIRS: dict[str, Repair] = {
    "screen": screen_right,
    "classify": classify_right,
    "retrieve": retrieve_right,
    "look_up": look_up_right,
    "decide": decide_right,
    "draft": draft_right,
    "check": check_right,
}


def _classification(case: Case, confidence: float) -> Classification:
    return Classification(case.expect.category, case.expect.topic, confidence, ())


def _passages() -> Iterator[Passage]:
    for policy in load_policies():
        yield from cut(policy)
