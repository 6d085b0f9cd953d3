"""The cases that fail, by expected category, then by cause and the step that it was located in."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from evals.checks.check import Check
from evals.checks.run import cause
from evals.result import Attempt, CaseResult, Result

NOT_LOCATED = "not located"


@dataclass(frozen=True)
class Shown:
    """A case with the attempt that is shown: the first that failed, else the first. `place` counts from 1.

    `relations` are those that fail for a changed form of it, as far as the result names their cases.
    """

    case: CaseResult
    attempt: Attempt
    place: int
    relations: tuple[str, ...] = ()

    @property
    def failed(self) -> bool:
        """Say whether the attempt failed."""
        return not self.attempt.completed

    @property
    def cause(self) -> str:
        """Return why, in a few words; the check's name where it gives no cause."""
        if self.attempt.completed:
            return f"a changed form fails: {', '.join(self.relations)}"
        first = next((one.name for one in self.attempt.checks if one.passed is False), "no check failed")
        return cause(self.attempt.checks) or first

    def checks(self, passed: bool | None) -> list[Check]:
        """Return the checks with this outcome."""
        return [check for check in self.attempt.checks if check.passed is passed]

    def steps(self, works: bool) -> list[str]:
        """Return the steps whose repair alone makes the case pass, or those whose repair does not."""
        return [step for step, worked in self.case.repairs.items() if worked is works]

    @property
    def tags(self) -> tuple[str, ...]:
        """Return kind and segments."""
        return (self.case.kind, *self.case.segments)

    @property
    def step(self) -> str:
        """Return where the failure comes from."""
        return self.case.located or NOT_LOCATED


@dataclass(frozen=True)
class Group:
    """Failures of one cause in one step."""

    cause: str
    step: str
    shown: tuple[Shown, ...]


@dataclass(frozen=True)
class FailingCategory:
    """The failures of one expected category, of so many cases."""

    category: str
    cases: int
    groups: tuple[Group, ...]

    @property
    def failed(self) -> int:
        """Return how many cases failed."""
        return sum(len(group.shown) for group in self.groups)


def failing(result: Result) -> list[FailingCategory]:
    """Return categories and groups with the most failures first; nothing of a sealed result."""
    if result.data.sealed:
        return []
    cases = Counter(case.category for case in result.cases)
    found: dict[str, dict[tuple[str, str], list[Shown]]] = defaultdict(lambda: defaultdict(list))
    for one in map(shown, result.cases):
        if one.failed:
            found[one.case.category][one.cause, one.step].append(one)
    return sorted(
        (FailingCategory(name, cases[name], _most_first(groups)) for name, groups in found.items()),
        key=lambda one: (-one.failed, one.category),
    )


def by_step(found: Sequence[FailingCategory]) -> list[tuple[str, int]]:
    """Return how many failures come from each step, the most first."""
    counts: Counter[str] = Counter()
    for group in (group for category in found for group in category.groups):
        counts[group.step] += len(group.shown)
    return counts.most_common()


def shown_cases(result: Result) -> dict[str, Shown]:
    """Return by id the cases that the page must hold: those that fail and those that a relation points at."""
    if result.data.sealed:
        return {}
    relations: dict[str, list[str]] = defaultdict(list)
    for relation in result.relations:
        for id in relation.examples:
            relations[id].append(relation.name)
    found = [shown(case, relations.get(case.id, ())) for case in result.cases]
    return {one.case.id: one for one in found if one.failed or one.relations}


def shown(case: CaseResult, relations: Sequence[str] = ()) -> Shown:
    """Return the case with its first failed attempt, else with its first."""
    numbered = list(enumerate(case.attempts, start=1))
    place, attempt = next((one for one in numbered if not one[1].completed), numbered[0])
    return Shown(case, attempt, place, tuple(relations))


def failed_checks(cases: Sequence[CaseResult]) -> list[tuple[str, int]]:
    """Return how many first attempts fail each check: all that is told of a sealed result's failures."""
    return Counter(check.name for case in cases for check in case.first.checks if check.passed is False).most_common()


def _most_first(groups: dict[tuple[str, str], list[Shown]]) -> tuple[Group, ...]:
    made = [Group(*key, tuple(shown)) for key, shown in groups.items()]
    return tuple(sorted(made, key=lambda one: -len(one.shown)))
