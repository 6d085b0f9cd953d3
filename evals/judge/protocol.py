"""What a judge is asked and may answer: one closed question about one reply."""

from enum import StrEnum
from typing import Protocol

from evals.judge.criteria import Criterion


class Grade(StrEnum):
    """The answers that a judge and a person may give."""

    YES = "yes"
    NO = "no"
    CANNOT_TELL = "cannot_tell"


class Judge(Protocol):
    """Grades one reply by one criterion. What it raises is counted apart, never as yes or no."""

    @property
    def name(self) -> str:
        """What reports call it; no person's labels count under it."""
        ...

    async def grade(self, criterion: Criterion, ticket: str, reply: str) -> Grade:
        """Answer the criterion's question about the reply to this ticket."""
        ...
