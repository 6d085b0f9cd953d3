"""Two results on the same cases: what changed, whether it is better, and whether that could be luck."""

from collections import Counter
from collections.abc import Callable, Sequence

from pydantic import BaseModel, ConfigDict, Field

from evals.result import Attempt, CaseResult, Result
from evals.statistics.paired import Paired, compare_paired
from evals.statistics.verdict import Decided, Verdict, judge_difference

DECIDES = "task_completion"
Passed = Callable[[Attempt], bool | None]


class Part(BaseModel):
    """Common to all parts of a comparison."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Change(Part):
    """A case that A and B answered differently; `became` is fixed, broken or other."""

    id: str
    became: str
    category: str
    segments: tuple[str, ...]
    differences: tuple[str, ...]
    cause: str


class Compared(Part):
    """B against A. Measures and segments are B minus A, paired; only `verdict` decides, and only by task completion."""

    a: str
    b: str
    verdict: Decided
    changes: tuple[Change, ...] = ()
    counts: dict[str, int] = Field(default_factory=dict)
    by_segment: dict[str, Paired] = Field(default_factory=dict)
    by_cause: dict[str, int] = Field(default_factory=dict)
    measures: dict[str, Paired] = Field(default_factory=dict)
    operations: dict[str, tuple[float | None, float | None]] = Field(default_factory=dict)
    differing: tuple[str, ...] = ()


def compare(a: Result, b: Result) -> Compared:
    """Return what can be said of B against A; what can't be compared is said to be so, with the reason."""
    why = _not_comparable(a, b)
    if why is not None:
        return Compared(a=a.id, b=b.id, verdict=Decided(verdict=Verdict.NOT_COMPARABLE, reason=why))
    theirs = {case.id: case for case in b.cases}
    pairs = [(case, theirs[case.id]) for case in a.cases]
    sealed = a.data.sealed or b.data.sealed
    changes = [change for one, other in pairs if (change := _change(one, other))]
    names = _check_names(a)
    measures = {DECIDES: _paired(pairs, lambda attempt: attempt.completed)}
    measures |= {name: _paired(pairs, _check(name)) for name in names}
    segments = sorted({name for case in a.cases for name in (case.kind, *case.segments)})
    return Compared(
        a=a.id,
        b=b.id,
        verdict=judge_difference(measures[DECIDES]),
        changes=() if sealed else tuple(changes),
        counts=dict(Counter(change.became for change in changes)),
        by_segment={
            name: _paired([pair for pair in pairs if name in (pair[0].kind, *pair[0].segments)], _completed)
            for name in segments
        },
        by_cause=dict(Counter(f"{change.became}: {change.cause}" for change in changes if change.cause).most_common()),
        measures=measures,
        operations=_operations(a, b),
        differing=_differing(a, b),
    )


def _not_comparable(a: Result, b: Result) -> str | None:
    if a.data.sha256 != b.data.sha256 or {case.id for case in a.cases} != {case.id for case in b.cases}:
        used = [f"{one.data.name} ({one.data.sha256[:8]})" for one in (a, b)]
        return f"They ran on different cases: {used[0]} and {used[1]}."
    if a.data.judged_by != b.data.judged_by:
        return "One was judged by its end state, the other by its category only."
    return None


def _completed(attempt: Attempt) -> bool:
    return attempt.completed


def _check(name: str) -> Passed:
    def passed(attempt: Attempt) -> bool | None:
        return next((one.passed for one in attempt.checks if one.name == name), None)

    return passed


def _check_names(result: Result) -> list[str]:
    return list(dict.fromkeys(one.name for case in result.cases for one in case.first.checks))


def _paired(pairs: Sequence[tuple[CaseResult, CaseResult]], passed: Passed) -> Paired:
    return compare_paired(
        [passed(one.first) for one, _ in pairs],
        [passed(other.first) for _, other in pairs],
        [one.cluster for one, _ in pairs],
    )


def _change(one: CaseResult, other: CaseResult) -> Change | None:
    """Return how the answers differ: in what was decided, or in whether it was right."""
    before, after = one.first, other.first
    differences = []
    if before.decision and after.decision:
        for field in ("category", "next_action", "priority"):
            was, now = getattr(before.decision, field), getattr(after.decision, field)
            if was != now:
                differences.append(f"{field} {was} -> {now}")
    if before.completed == after.completed and not differences:
        return None
    became = "other" if before.completed == after.completed else "fixed" if after.completed else "broken"
    failing = before if became == "fixed" else after
    cause = next((check.cause for check in failing.checks if check.passed is False), "")
    return Change(
        id=one.id,
        became=became,
        category=one.category,
        segments=(one.kind, *one.segments),
        differences=tuple(differences),
        cause=cause,
    )


def _operations(a: Result, b: Result) -> dict[str, tuple[float | None, float | None]]:
    """Return figures of operation side by side; latencies of two runs compare only as ratios to their own encoding."""
    found: dict[str, tuple[float | None, float | None]] = {}
    for name in dict.fromkeys((*a.operations.reading_ratio, *b.operations.reading_ratio)):
        found[f"whole ticket / encoding, {name}"] = (
            a.operations.reading_ratio.get(name),
            b.operations.reading_ratio.get(name),
        )
    for name in dict.fromkeys((*a.operations.per_ticket, *b.operations.per_ticket)):
        found[name] = (a.operations.per_ticket.get(name), b.operations.per_ticket.get(name))
    return found


def _differing(a: Result, b: Result) -> tuple[str, ...]:
    """Return in what the two runs were not alike besides their answers."""
    found = [f"release: {a.release} -> {b.release}"] if a.release != b.release else []
    found += [name for name, value in a.hashes.items() if b.hashes.get(name) != value]
    if a.environment.commit != b.environment.commit:
        found.append(f"commit: {(a.environment.commit or 'none')[:8]} -> {(b.environment.commit or 'none')[:8]}")
    found += [f"{run.id} ran with uncommitted changes" for run in (a, b) if run.environment.dirty]
    if a.environment.processor != b.environment.processor:
        found.append("machine")
    return tuple(found)
