"""Runs a subject over a data set and makes the result."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from agent.assemble import Agent
from agent.encoding import EncoderThread
from agent.ticket import LONGEST_TEXT
from evals.cases.case import Case
from evals.checks.check import Check
from evals.checks.run import check, completed
from evals.checks.state import classified, ended, schema
from evals.datasets import CATEGORY, DataSet
from evals.environment import Environment
from evals.holdout import sealed
from evals.measures.breakdown import by_category, by_segment
from evals.measures.labels import macro_f1_of
from evals.measures.operations import operations
from evals.measures.rates import MEASURES, Row, passes_every_time, rates
from evals.result import Attempt, CaseResult, Comparison, DataUsed, Result
from evals.statistics.estimate import Estimate
from evals.subjects.subject import Answer, Subject
from knowledge.plain_text import plain

T = TypeVar("T")
Progress = Callable[[Iterable[T], str], Iterable[T]]
SHOWN_TEXT = 2000  # characters of a ticket that a result keeps
BY_CATEGORY = (ended, schema, classified)
CATEGORY_MEASURES = ("category", "schema")
CATEGORY_CHECKS = frozenset({"answered", "schema", "category"})


@dataclass(frozen=True)
class Ran:
    """A case with all its attempts."""

    case: Case
    answers: tuple[Answer, ...]
    checks: tuple[tuple[Check, ...], ...]
    reading_ms: float | None = None

    @property
    def row(self) -> Row:
        """Return the first attempt, of which rates are made."""
        return Row(self.case, self.answers[0], self.checks[0])


def checks_of(case: Case, answer: Answer, judged_by: str) -> tuple[Check, ...]:
    """Return the checks that the data set's labels allow."""
    if judged_by == CATEGORY:
        return tuple(one for checker in BY_CATEGORY for one in checker(case, answer) if one.name in CATEGORY_CHECKS)
    return check(case, answer)


async def run_cases(
    subject: Subject, data: DataSet, k: int, progress: Progress[Case], reader: EncoderThread | None = None
) -> list[Ran]:
    """Put each case to the subject k times, in order; with a reader, time the reading of its text right after."""
    ran = []
    for case in progress(data.cases, subject.name):
        answers = tuple([await subject.answer(case) for _ in range(k)])
        reading = await reading_ms(reader, case) if reader and answers[0].decision else None
        checks = tuple(checks_of(case, answer, data.judged_by) for answer in answers)
        ran.append(Ran(case, answers, checks, reading))
    return ran


async def reading_ms(reader: EncoderThread, case: Case) -> float:
    """Return how long reading the case's text takes alone: the yardstick of its latency on a noisy machine."""
    text = plain(case.full_text()).strip()[:LONGEST_TEXT]
    started = time.perf_counter()
    await reader.read(text)
    return (time.perf_counter() - started) * 1000


def make_result(
    ran: Sequence[Ran],
    data: DataSet,
    agent: Agent,
    subject: str,
    seed: int,
    environment: Environment,
) -> Result:
    """Put together what the cases themselves tell; retrieval, classifier, other subjects and relations come apart."""
    rows = [one.row for one in ran]
    made_at = datetime.now(UTC)
    return Result(
        id=f"{subject}-{data.name}-{made_at:%Y%m%dT%H%M%S}",
        made_at=made_at,
        subject=subject,
        release=agent.release.id,
        model=agent.model.name,
        environment=environment,
        hashes=hashes(agent),
        data=DataUsed(name=data.name, sha256=data.sha256, cases=len(ran), sealed=data.sealed, judged_by=data.judged_by),
        k=len(ran[0].answers),
        seed=seed,
        cases=tuple(sealed(_case_result(one)) if data.sealed else _case_result(one) for one in ran),
        measures=_measures(ran, rows, data),
        by_category=by_category(rows),
        by_segment=by_segment(rows, CATEGORY_MEASURES if data.judged_by == CATEGORY else None),
        operations=operations(
            [row.answer for row in rows], [completed(row.checks) for row in rows], [one.reading_ms for one in ran]
        ),
    )


def compared(name: str, ran: Sequence[Ran], *, trivial: bool) -> Comparison:
    """Return what another subject scores on the same cases."""
    rows = [one.row for one in ran]
    times = sorted(row.answer.wall_ms for row in rows)
    measures = rates(rows) | {"macro_f1": macro_f1_of(rows)}
    return Comparison(name=name, trivial=trivial, measures=measures, wall_ms_p50=times[len(times) // 2])


def hashes(agent: Agent) -> dict[str, str]:
    """Return the hashes of everything that shapes an answer besides the code."""
    head = agent.head.manifest
    return {
        **agent.prompt_hashes(),
        "knowledge": agent.search.content,
        "encoder": str(head.get("encoder", "")),
        "examples": str(head.get("examples_sha256", "")),
    }


def _measures(ran: Sequence[Ran], rows: Sequence[Row], data: DataSet) -> dict[str, Estimate]:
    if data.judged_by == CATEGORY:
        found = rates(rows, [one for one in MEASURES if one.name in CATEGORY_MEASURES])
    else:
        found = rates(rows)
        found |= passes_every_time(
            {one.case.id: [completed(checks) for checks in one.checks] for one in ran},
            {one.case.id: one.case.cluster for one in ran},
        )
    return found | {"macro_f1": macro_f1_of(rows)}


def _case_result(ran: Ran) -> CaseResult:
    case = ran.case
    attempts = tuple(
        Attempt(
            checks=checks,
            completed=completed(checks),
            rejected=answer.rejected,
            crashed=answer.crashed,
            wall_ms=answer.wall_ms,
            decision=answer.decision,
            trace=answer.trace,
        )
        for answer, checks in zip(ran.answers, ran.checks, strict=True)
    )
    return CaseResult(
        id=case.id,
        cluster=case.cluster,
        category=case.expect.category,
        kind=case.kind.value,
        segments=case.segments(),
        attempts=attempts,
        text=plain(case.text)[:SHOWN_TEXT],
        about=case.about,
        expected=case.expect.model_dump(mode="json", exclude_defaults=True),
    )
