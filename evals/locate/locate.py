"""Finds the step that a failure comes from: each is repaired alone, in order; the first that makes the case pass is it.

Earlier steps come first because a later one can often make up for them: with the tool's result put in, an order number
that was overlooked is missed by nobody.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agent.assemble import Agent
from agent.graph import STEPS, Step, build_graph
from agent.ticket import EmptyTicketError, Ticket
from evals.cases.case import Case
from evals.checks.check import Check
from evals.checks.run import check, completed
from evals.locate.remembering import RememberingReader
from evals.locate.repairs import REPAIRS
from evals.subjects.agent import in_world, ticket_of
from evals.subjects.subject import Answer

WORDS = frozenset({"cites", "never_cites", "says", "never_says", "grounded", "verbatim"})


@dataclass(frozen=True)
class Located:
    """Where a failure comes from, or None where nothing tried repairs it; and which repairs alone do."""

    step: str | None
    repairs: Mapping[str, bool]


async def locate(agent: Agent, case: Case, steps: Sequence[Step] = STEPS) -> Located:
    """Repeat a case that failed with `steps`, repairing one step at a time.

    Where no single repair is enough, steps are repaired together from the first on ("classify + look_up"); where even
    that fails and only words are wrong, it is the texts of `draft` themselves.
    """
    reader = RememberingReader(agent.reader)
    placed = in_world(dataclasses.replace(agent, graph=build_graph(steps), reader=reader), case)
    try:
        ticket = await ticket_of(case, placed)
    except EmptyTicketError:
        return Located("screen" if not case.expect.rejected else None, {})
    repairs = {step.__name__: await _repaired_by((step.__name__,), placed, case, ticket, steps) for step in steps}
    alone = next((name for name, works in repairs.items() if works), None)
    if alone is not None:
        return Located(alone, repairs)
    names = [step.__name__ for step in steps]
    for count in range(2, len(names) + 1):
        if await _repaired_by(tuple(names[:count]), placed, case, ticket, steps):
            return Located(await _fewest(names[:count], placed, case, ticket, steps), repairs)
    return Located(await _by_what_is_left(placed, case, ticket), repairs)


async def _fewest(names: Sequence[str], agent: Agent, case: Case, ticket: Ticket, steps: Sequence[Step]) -> str:
    """Leave out each step that is not needed, from the first on."""
    kept = list(names)
    for name in names:
        without = tuple(one for one in kept if one != name)
        if without and await _repaired_by(without, agent, case, ticket, steps):
            kept.remove(name)
    return " + ".join(kept)


async def _repaired_by(names: tuple[str, ...], agent: Agent, case: Case, ticket: Ticket, steps: Sequence[Step]) -> bool:
    """Say whether the case passes with these steps put right; of a step with several right forms each is tried."""
    first, *others = names
    for version in REPAIRS[first](case):
        right = {first: version, **{name: next(iter(REPAIRS[name](case))) for name in others}}
        repaired = [_named(right.get(step.__name__, step), step.__name__) for step in steps]
        if completed(await _checked(dataclasses.replace(agent, graph=build_graph(repaired)), case, ticket)):
            return True
    return False


async def _by_what_is_left(agent: Agent, case: Case, ticket: Ticket) -> str | None:
    checks = await _checked(agent, case, ticket)
    failed = {one.name for one in checks if one.passed is False}
    if failed <= WORDS:
        return "draft"
    return None


async def _checked(agent: Agent, case: Case, ticket: Ticket) -> tuple[Check, ...]:
    try:
        decision, trace = await agent.run(ticket)
    except Exception as problem:  # a repaired run that crashes has not repaired anything
        return check(case, Answer(crashed=type(problem).__name__))
    return check(case, Answer(decision, trace))


def _named(step: Step, name: str) -> Step:
    step.__name__ = name
    return step
