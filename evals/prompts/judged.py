"""What comes out of asking one act many times: how often it is answered, how often rightly, and what it takes."""

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from agent.deadline import Deadline
from agent.models.chat import ChatFailed
from agent.models.spending import Spending
from evals.statistics.estimate import Estimate
from evals.statistics.proportions import share

Case = TypeVar("Case")
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Judged:
    """`answered` in the schema, of all; `right` of all, since an answer that is none is not right; means a case."""

    prompt: str
    answered: Estimate
    right: Estimate
    failures: dict[str, int]
    seconds: float
    input_tokens: float
    output_tokens: float


async def judge(
    prompt: str,
    cases: Sequence[Case],
    act: Callable[[Case, Spending], Awaitable[Answer]],
    is_right: Callable[[Case, Answer], bool],
    deadline_s: float,
) -> Judged:
    """Ask about each case once, one after the other, each with a deadline of its own."""
    failures: dict[str, int] = {}
    right = answered = took_in = took_out = 0
    started = time.perf_counter()
    for case in cases:
        spending = Spending(Deadline.after(deadline_s), 0)
        try:
            answer = await act(case, spending)
            answered += 1
            right += is_right(case, answer)
        except ChatFailed as failed:
            failures[failed.fault] = failures.get(failed.fault, 0) + 1
        took_in, took_out = took_in + spending.tokens.input, took_out + spending.tokens.output
    count = max(1, len(cases))
    return Judged(
        prompt=prompt,
        answered=share(answered, len(cases)),
        right=share(right, len(cases)),
        failures=failures,
        seconds=(time.perf_counter() - started) / count,
        input_tokens=took_in / count,
        output_tokens=took_out / count,
    )
