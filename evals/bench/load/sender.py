"""Sends requests in two ways: each as soon as an earlier one is answered, or each at its own time come what may.

The second is an open loop, as customers are: a slow answer does not keep the next one from writing, and a request's
time counts from the moment at which it should have left, so that nothing slow is left out.
"""

import asyncio
import itertools
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol


class Sends(Protocol):
    """Sends a request and returns its answer's status; see wire.Connections."""

    async def send(self, request: bytes) -> int: ...


@dataclass(frozen=True)
class Answer:
    """When a request was due, in seconds since the beginning; its status; and the seconds until its answer."""

    due: float
    status: int
    seconds: float

    @property
    def at(self) -> float:
        """When the answer was there."""
        return self.due + self.seconds


async def closed_loop(
    connections: Sends, requests: Sequence[bytes], seconds: float, at_once: int, pause: float = 0.05
) -> list[Answer]:
    """Keep `at_once` requests in progress for so many seconds; one that is refused waits a `pause` before the next."""
    begin, answers, next_one = time.perf_counter(), [], itertools.cycle(requests)

    async def one_after_the_other() -> None:
        while (due := time.perf_counter() - begin) < seconds:
            status = await connections.send(next(next_one))
            answers.append(Answer(due, status, time.perf_counter() - begin - due))
            if status != 200:
                await asyncio.sleep(pause)

    await asyncio.gather(*(one_after_the_other() for _ in range(at_once)))
    return answers


async def open_loop(
    connections: Sends,
    requests: Sequence[bytes],
    rate: float,
    seconds: float,
    draw: random.Random,
    done: Callable[[], None] = lambda: None,
) -> list[Answer]:
    """Send `rate` requests a second on average, at random times, and return all answers; `done` is told each second."""
    begin, answers, waited_for = time.perf_counter(), [], set()
    told = 0

    async def one(due: float, request: bytes) -> None:
        status = await connections.send(request)
        answers.append(Answer(due, status, time.perf_counter() - begin - due))

    due = 0.0
    for request in itertools.cycle(requests):
        due += draw.expovariate(rate)
        if due >= seconds:
            break
        if (wait := due - (time.perf_counter() - begin)) > 0:
            await asyncio.sleep(wait)
        task = asyncio.create_task(one(due, request))
        waited_for.add(task)
        task.add_done_callback(waited_for.discard)
        while told < int(due):
            told += 1
            done()
    await asyncio.gather(*waited_for)
    return answers
