"""Runs contenders case by case in turn, in a random order, so that a slow minute of the machine hits all alike."""

import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

WHOLE = "whole"
# After a call the worker threads of onnxruntime and of OpenMP go on waiting for work at full speed, and take the cores
# from whoever comes next: with two threads on two cores a plain encoding in turn with tickets took twice its time after
# pauses of 0 and 5 ms, and from 30 ms on the time that it takes alone. With one thread the pause makes no difference.
PAUSE_S = 0.04
Case = TypeVar("Case")
Parts = Mapping[str, float]  # milliseconds by part; WHOLE is the whole
Contender = Callable[[Case], Parts]


@dataclass(frozen=True)
class Run(Generic[Case]):
    """One case as one contender took it; times in milliseconds."""

    repetition: int
    case: Case
    contender: str
    parts: Parts


def interleaved(
    plan: Sequence[Sequence[Case]],
    contenders: Mapping[str, Contender[Case]],
    *,
    seed: int,
    pause_s: float = PAUSE_S,
    done: Callable[[], None] = lambda: None,
) -> list[Run[Case]]:
    """Return a run for each contender and each case of each repetition, in the order in which they were made.

    `plan` holds the cases of each repetition. Cases are shuffled within their repetition; for each case the order of
    the contenders is drawn anew. `done` is called after each case.
    """
    draw = random.Random(seed)  # noqa: S311 - an order, not a secret
    names = sorted(contenders)
    runs: list[Run[Case]] = []
    for repetition, cases in enumerate(plan):
        for case in draw.sample(cases, len(cases)):
            for name in draw.sample(names, len(names)):
                time.sleep(pause_s)
                runs.append(Run(repetition, case, name, contenders[name](case)))
            done()
    return runs


def warm_up(cases: Sequence[Case], contenders: Mapping[str, Contender[Case]]) -> None:
    """Let each contender take these cases; nothing of it is measured."""
    for contender in contenders.values():
        for case in cases:
            contender(case)
