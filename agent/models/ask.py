"""Asks a model for one of its acts within the deadline. What fails or does not hold, the embedded model answers."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from agent.deps import Deps
from agent.models.protocol import Model
from agent.trace import Act, ModelCalled, StepFailed

T = TypeVar("T")


async def ask(
    act: Act, call: Callable[[Model], Awaitable[T]], holds: Callable[[T], bool], deps: Deps
) -> tuple[T, bool]:
    """Return the answer, and whether the embedded model had to give it in the place of another.

    Raises only what the embedded model raises.
    """
    if deps.model is deps.embedded:
        return await _timed(act, call, deps.embedded, deps), False
    try:
        async with asyncio.timeout(deps.deadline.left()):
            answer = await _timed(act, call, deps.model, deps)
        if holds(answer):
            return answer, False
        error = "DoesNotHold"
    except Exception as problem:  # another system: whatever it raises, the ticket still gets its Decision
        error = type(problem).__name__
    deps.tracer.add(StepFailed(step=act, error=error))
    return await _timed(act, call, deps.embedded, deps), True


async def _timed(act: Act, call: Callable[[Model], Awaitable[T]], model: Model, deps: Deps) -> T:
    started = time.perf_counter()
    answer = await call(model)
    duration = (time.perf_counter() - started) * 1000
    deps.tracer.add(ModelCalled(model=model.name, act=act, duration_ms=round(duration, 3)))
    return answer
