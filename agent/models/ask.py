"""Asks a model for one of its acts within its part of the deadline. Where it fails, the embedded model answers."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from agent.decision import Flag
from agent.deps import Deps
from agent.models.chat import ChatFailed
from agent.models.protocol import Model
from agent.models.spending import Spending
from agent.trace import Act, ModelCalled, StepFailed

T = TypeVar("T")
BACKSTOP_S = 0.2  # a model is to keep its deadline by itself; one that does not is cut
Call = Callable[[Model, Spending], Awaitable[T]]


async def ask(act: Act, call: Call[T], holds: Callable[[T], bool], deps: Deps) -> tuple[T, tuple[Flag, ...]]:
    """Return the answer, and the flags that say whether the embedded model had to give it in the place of another.

    Raises only what the embedded model raises.
    """
    if deps.model is deps.embedded:
        return await _called(act, call, deps.embedded, Spending(deps.deadline), deps), ()
    spending = Spending(deps.deadline.within(*deps.release.time.of(act)), deps.retries_left())
    try:
        async with asyncio.timeout(spending.deadline.left() + BACKSTOP_S):
            answer = await _called(act, call, deps.model, spending, deps)
        flag, error = Flag.ANSWER_REFUSED, "DoesNotHold"
        if holds(answer):
            return answer, ()
    except ChatFailed as failed:
        flag, error = Flag.MODEL_UNAVAILABLE, failed.fault.value
    except Exception as problem:  # another system: whatever it raises, the ticket still gets its Decision
        flag, error = Flag.MODEL_UNAVAILABLE, type(problem).__name__
    deps.tracer.add(StepFailed(step=act, error=error))
    return await _called(act, call, deps.embedded, Spending(deps.deadline), deps), (flag,)


async def _called(act: Act, call: Call[T], model: Model, spending: Spending, deps: Deps) -> T:
    """Call, and note what it took, whether it answered or not."""
    started = time.perf_counter()
    try:
        return await call(model, spending)
    finally:
        duration = (time.perf_counter() - started) * 1000
        deps.tracer.add(
            ModelCalled(
                model=model.name,
                act=act,
                duration_ms=round(duration, 3),
                input_tokens=spending.tokens.input,
                cached_tokens=spending.tokens.cached,
                output_tokens=spending.tokens.output,
                calls=spending.calls,
                retries=spending.retries,
                uncounted=spending.uncounted,
            )
        )
