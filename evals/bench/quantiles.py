"""What a benchmark says about its runs: quantiles, and ratios of quantiles with what they vary between repetitions."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict

from evals.bench.interleave import WHOLE, Run
from evals.statistics.estimate import LEVEL, Estimate
from evals.statistics.resampling import TooFewError, quantile_estimate

LEAST_REPETITIONS = 7
LEAST_FOR_P95 = 20  # runs in a repetition; among fewer the p95 is the slowest run and nothing else
Runs = Sequence[Run[Any]]


class Quantiles(BaseModel):
    """Milliseconds with the exact interval of order statistics; `refused` says why p99 is missing where it is."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    p50: Estimate
    p95: Estimate
    p99: Estimate | None
    refused: str | None = None


def require_enough(runs_a_repetition: int, repetitions: int) -> None:
    """Raise TooFewError where a repetition is too small for a p95 of its own, or there are too few of them."""
    if repetitions < LEAST_REPETITIONS:
        raise TooFewError("a ratio over repetitions", repetitions, LEAST_REPETITIONS)
    if runs_a_repetition < LEAST_FOR_P95:
        raise TooFewError("the p95 of a repetition", runs_a_repetition, LEAST_FOR_P95)


def times(runs: Runs, contender: str, part: str = WHOLE) -> list[float]:
    """Return the milliseconds of a contender's part in all its runs; a part that a run lacks counts as none."""
    return [run.parts.get(part, 0.0) for run in runs if run.contender == contender]


def quantiles(runs: Runs, contender: str, part: str = WHOLE) -> Quantiles:
    """Return the quantiles over all repetitions; raises TooFewError where there are too few runs for a p95."""
    values = times(runs, contender, part)
    p50, p95 = quantile_estimate(values, 0.5), quantile_estimate(values, 0.95)
    try:
        return Quantiles(p50=p50, p95=p95, p99=quantile_estimate(values, 0.99))
    except TooFewError as few:
        return Quantiles(p50=p50, p95=p95, p99=None, refused=str(few))


def by_repetition(runs: Runs, contender: str, q: float, part: str = WHOLE) -> list[float]:
    """Return the quantile within each repetition, in milliseconds."""
    repetitions = sorted({run.repetition for run in runs})
    return [
        float(np.quantile(times([run for run in runs if run.repetition == one], contender, part), q))
        for one in repetitions
    ]


def ratio_of_quantiles(runs: Runs, contender: str, against: str, q: float, part: str = WHOLE) -> Estimate:
    """Return the ratio of two contenders' quantiles within one repetition, over all of them."""
    pairs = zip(by_repetition(runs, contender, q, part), by_repetition(runs, against, q, part), strict=True)
    return over_repetitions([above / below for above, below in pairs])


def over_repetitions(values: Sequence[float]) -> Estimate:
    """Return the geometric mean of positive values, one a repetition, with Student's t interval of their logarithms.

    Raises TooFewError below two repetitions.
    """
    return _student(np.log(values), math.exp, "Student's t on logarithms over repetitions")


def mean_over_repetitions(values: Sequence[float]) -> Estimate:
    """Return the mean of values, one a repetition, with Student's t interval; raises TooFewError below two."""
    return _student(np.asarray(values), float, "Student's t over repetitions")


def _student(values: Any, back: Callable[[float], float], method: str) -> Estimate:
    from scipy.stats import t

    n = len(values)
    if n < 2:
        raise TooFewError("an interval over repetitions", n, 2)
    mean, error = float(np.mean(values)), float(np.std(values, ddof=1)) / math.sqrt(n)
    reach = float(t.ppf((1 + LEVEL) / 2, n - 1)) * error
    return Estimate(value=back(mean), low=back(mean - reach), high=back(mean + reach), n=n, method=method)
