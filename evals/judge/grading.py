"""Lets a judge grade many replies; what it can't tell and where it fails is kept apart."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from evals.judge.criteria import Criterion
from evals.judge.protocol import Grade, Judge

AT_ONCE = 4  # questions that a judge is asked at the same time
SECONDS = 120.0  # that one answer may take


@dataclass(frozen=True)
class Graded:
    """One answer of a judge; `grade` is None where it raised or took too long, and `error` names the exception."""

    grade: Grade | None
    error: str = ""


async def grade_all(
    judge: Judge, criterion: Criterion, pairs: Sequence[tuple[str, str]], seconds: float = SECONDS
) -> list[Graded]:
    """Return the grades of (ticket, reply) pairs, in their order."""
    turns = asyncio.Semaphore(AT_ONCE)

    async def one(ticket: str, reply: str) -> Graded:
        async with turns:
            try:
                async with asyncio.timeout(seconds):
                    return Graded(await judge.grade(criterion, ticket, reply))
            except Exception as problem:  # another system: whatever it raises is no verdict
                return Graded(None, type(problem).__name__)

    return list(await asyncio.gather(*(one(ticket, reply) for ticket, reply in pairs)))
