"""What a check says of one answer."""

from collections.abc import Callable, Iterable

from pydantic import BaseModel, ConfigDict

from evals.cases.case import Case
from evals.subjects.subject import Answer


class Check(BaseModel):
    """One thing that must be true. `passed` is None where it could not be judged; `cause` says what was seen."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: str
    passed: bool | None
    cause: str = ""


Checker = Callable[[Case, Answer], Iterable[Check]]


def judged(name: str, passed: bool, cause: str) -> Check:
    """Return a check with its cause where it failed."""
    return Check(name=name, passed=passed, cause="" if passed else cause)
