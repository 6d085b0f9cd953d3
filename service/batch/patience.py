"""What a batch does where a model server does not answer: it slows down, and in the end it stops, but no row pays."""

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from agent.bulk import Assessment, Done
from agent.decision import Decision, Usage
from agent.models.chat import Fault
from agent.ticket import Ticket
from service.batch.worker_failed import WorkerFailed

PAUSES_S = (2.0, 5.0, 15.0, 30.0, 60.0)
# What another try can mend, however late: the server's state and not the row's text is to blame.
_ITS_OWN = frozenset(
    fault.value
    for fault in (
        Fault.UNREACHABLE,
        Fault.BUSY,
        Fault.BROKEN,
        Fault.REFUSED,
        Fault.TIMED_OUT,
        Fault.SHUT_OFF,
        Fault.NO_TIME,
        Fault.UNNAMED,
    )
)

Act = Callable[[Sequence[Ticket]], Awaitable[Sequence[Done[Any]]]]


class ServerGone(WorkerFailed):
    """The model server does not answer and did not for as long as a batch waits; what is kept stays kept."""


async def insisted(
    act: Act, tickets: Sequence[Ticket], pause: Callable[[float], Awaitable[None]] = asyncio.sleep
) -> list[Done[Any]]:
    """Return what became of each ticket; those that the server failed are tried again, later and later.

    Raises ServerGone.
    """
    found = list(await act(tickets))
    for seconds in PAUSES_S:
        again = [at for at, one in enumerate(found) if _lost(one)]
        if not again:
            return found
        await pause(seconds)
        for at, one in zip(again, await act([tickets[at] for at in again]), strict=True):
            found[at] = _with_spent(one, found[at])
    lost = [one for one in found if _lost(one)]
    if lost:
        raise ServerGone(f"The model server does not answer ({lost[0].failures[-1]}). The same command goes on later.")
    return found


def _lost(done: Done[Any]) -> bool:
    return not _ITS_OWN.isdisjoint(done.failures)


def _with_spent(done: Done[Any], before: Done[Any]) -> Done[Any]:
    """Return what became of a ticket with what its earlier try took: that was paid for, too."""
    if isinstance(done.result, Exception) or isinstance(before.result, Exception):
        return done
    usage = _added(done.result.usage, before.result.usage)
    if isinstance(done.result, Assessment):
        return dataclasses.replace(done, result=dataclasses.replace(done.result, usage=usage))
    decision: Decision = done.result
    return dataclasses.replace(done, result=decision.model_copy(update={"usage": usage}))


def _added(one: Usage, other: Usage) -> Usage:
    unknown = one.cost_usd is None or other.cost_usd is None
    counts = {
        name: getattr(one, name) + getattr(other, name)
        for name in ("input_tokens", "cached_tokens", "output_tokens", "llm_calls", "retries")
    }
    return Usage(**counts, cost_usd=None if unknown else (one.cost_usd or 0.0) + (other.cost_usd or 0.0))
