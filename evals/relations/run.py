"""Puts the changed cases to a subject and says for each relation how often it held."""

import random
from collections.abc import Callable, Iterable

from agent.decision import Decision
from evals.cases.case import Case
from evals.relations.changing import CHANGING
from evals.relations.staying import STAYING
from evals.result import Relation
from evals.statistics.resampling import mean_estimate
from evals.subjects.subject import Answer, Subject

EXAMPLES_SHOWN = 8
Followed = tuple[str, Case, Callable[[Decision], bool]]  # relation, changed case, what must hold


async def run_relations(
    subject: Subject, asked: Iterable[tuple[Case, Answer]], seed: int, *, sealed: bool
) -> tuple[Relation, ...]:
    """Return the consistency of each relation; intervals are by the conversation that a case was made from."""
    held: dict[str, list[tuple[Case, bool]]] = {name: [] for name in (*STAYING, *CHANGING)}
    for case, answer in asked:
        if answer.decision is None:
            continue
        for name, changed, holds in followed(case, answer.decision, seed):
            decision = (await subject.answer(changed)).decision
            held[name].append((case, decision is not None and holds(decision)))
    return tuple(
        Relation(
            name=name,
            must="stay" if name in STAYING else "change",
            consistent=mean_estimate([float(ok) for _, ok in found], [case.cluster for case, _ in found]),
            examples=() if sealed else tuple(case.id for case, ok in found if not ok)[:EXAMPLES_SHOWN],
        )
        for name, found in held.items()
        if found
    )


def followed(case: Case, decision: Decision, seed: int) -> list[Followed]:
    """Return all changed forms of a case; the same seed gives the same forms, whatever other cases there are.

    Where a Decision must change and the one given would do for the changed case too, nothing could be told: left out.
    """
    found: list[Followed] = []
    for name, change in STAYING.items():
        text = change(case.text, random.Random(f"{seed} {name} {case.id}"))  # noqa: S311 - no secret
        if text is not None:
            changed = case.model_copy(update={"text": text, "id": f"{case.id}~{name.split()[0]}"})
            found.append((name, changed, lambda other: _same(decision, other)))
    for name, turn in CHANGING.items():
        pair = turn(case, random.Random(f"{seed} {name} {case.id}"))  # noqa: S311 - no secret
        if pair is not None and not pair[1](decision):
            found.append((name, pair[0], pair[1]))
    return found


def _same(one: Decision, other: Decision) -> bool:
    """Say whether two Decisions are the same to the desk: category, action, priority, calls and judgement."""
    return _essence(one) == _essence(other)


def _essence(decision: Decision) -> tuple[object, ...]:
    calls = [(call.name, call.arguments, call.outcome) for call in decision.tool_calls]
    refund = (decision.refund.eligible, decision.refund.amount_minor) if decision.refund else None
    return decision.category, decision.next_action, decision.priority, calls, refund
