"""From answers to figures: how much was decided, how long that took, and how quickly the rest was refused."""

import math
from collections import Counter
from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict

from evals.bench.environment import BenchEnvironment
from evals.bench.load.sender import Answer
from evals.bench.target import Target, at_most
from evals.statistics.estimate import Estimate
from evals.statistics.quantiles import quantile_estimate
from evals.statistics.resampling import TooFewError

ACCEPTED, REFUSALS = 200, frozenset({429, 503})
MOST_P95_S, MOST_REFUSAL_P99_MS, MOST_BACK_S = 3.0, 100.0, 5.0
BACK = 0.8  # of the capacity: single seconds of it vary by a tenth and more


class Level(BaseModel):
    """What was sent at so many `times` the capacity. `rates` are a second; `other` counts all other statuses, 0 too.

    `back_s` is when, after it ended, the service first took as much as before again; None where that was not seen.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    times: int
    sent: int
    offered_rate: float
    accepted_rate: float
    refused: int
    other: dict[int, int]
    accepted_s: dict[str, Estimate | None]
    refused_ms: dict[str, Estimate | None]
    back_s: float | None


class LoadReport(BaseModel):
    """All that the benchmark measured."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["load"] = "load"
    workers: int
    capacity: float
    capacity_p95_s: Estimate
    targets: list[Target]
    levels: list[Level]
    environment: BenchEnvironment


def level_of(times: int, answers: Sequence[Answer], seconds: float, back_s: float | None) -> Level:
    """Return the figures of one level."""
    accepted = [answer.seconds for answer in answers if answer.status == ACCEPTED]
    refused = [answer.seconds * 1000 for answer in answers if answer.status in REFUSALS]
    other = Counter(answer.status for answer in answers if answer.status not in REFUSALS | {ACCEPTED})
    return Level(
        times=times,
        sent=len(answers),
        offered_rate=round(len(answers) / seconds, 1),
        accepted_rate=round(len(accepted) / seconds, 1),
        refused=len(refused),
        other=dict(other),
        accepted_s={"p50": _quantile(accepted, 0.5), "p95": _quantile(accepted, 0.95)},
        refused_ms={"p50": _quantile(refused, 0.5), "p99": _quantile(refused, 0.99)},
        back_s=back_s,
    )


def load_report(
    capacity: Sequence[Answer], levels: Sequence[Level], workers: int, environment: BenchEnvironment
) -> LoadReport:
    """Return the report with its targets; raises TooFewError where hardly anything was answered."""
    accepted = [answer for answer in capacity if answer.status == ACCEPTED]
    targets = [target for level in levels for target in _targets(level)]
    return LoadReport(
        workers=workers,
        capacity=round(len(accepted) / max(answer.at for answer in capacity), 1),
        capacity_p95_s=quantile_estimate([answer.seconds for answer in accepted], 0.95),
        targets=targets,
        levels=list(levels),
        environment=environment,
    )


def seconds_until_back(after: Sequence[Answer], capacity: float) -> float | None:
    """Return the end of the first whole second in which as much was answered as before, within BACK."""
    whole_seconds = Counter(math.floor(answer.at) for answer in after if answer.status == ACCEPTED)
    back = [second for second, count in sorted(whole_seconds.items()) if count >= BACK * capacity]
    return back[0] + 1.0 if back else None


def _targets(level: Level) -> list[Target]:
    at = f"at {level.times} x"
    found = [
        at_most(f"p95 of accepted, s, {at}", _known(level.accepted_s["p95"]), MOST_P95_S),
        at_most(f"other than 200, 429, 503, {at}", _count(sum(level.other.values()), level.sent), 0),
        at_most(f"capacity back, s, {at}", _count(level.back_s, 1), MOST_BACK_S),
    ]
    if level.refused_ms["p99"] is not None:
        found.insert(1, at_most(f"p99 of refusals, ms, {at}", level.refused_ms["p99"], MOST_REFUSAL_P99_MS))
    return found


def _count(value: float | None, n: int) -> Estimate:
    return Estimate(value=value, low=value, high=value, n=n, method="counted")


def _known(found: Estimate | None) -> Estimate:
    return found or Estimate(value=None, low=None, high=None, n=0, method="too few")


def _quantile(values: Sequence[float], q: float) -> Estimate | None:
    try:
        return quantile_estimate(values, q)
    except TooFewError:
        return None
