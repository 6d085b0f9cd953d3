"""A real answer with one thing changed, and what a check says of it."""

from collections.abc import Mapping

from evals.cases.case import Case
from evals.checks.check import Check
from evals.checks.run import check
from evals.subjects.subject import Answer

Answered = tuple[Case, Answer]


def checks_of(of: Answered, expect: Mapping[str, object] | None = None, **changes: object) -> tuple[Check, ...]:
    """Return all checks of an answer, with fields of the expectation and of the Decision replaced."""
    case, answer = of
    assert answer.decision is not None
    case = case.model_copy(update={"expect": case.expect.model_copy(update=dict(expect or {}))})
    return check(case, Answer(answer.decision.model_copy(update=changes), answer.trace))


def found(name: str, of: Answered, expect: Mapping[str, object] | None = None, **changes: object) -> Check:
    """Return what the check of this name says; fails where it was not made."""
    return next(one for one in checks_of(of, expect, **changes) if one.name == name)


def says(name: str, of: Answered, expect: Mapping[str, object] | None = None, **changes: object) -> bool | None:
    """Return whether the check of this name passes."""
    return found(name, of, expect, **changes).passed
