"""Two agents on the same cases: what each got right alone, the difference, its interval and its exact test."""

from collections.abc import Sequence

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from evals.statistics.clusters import (
    RESAMPLES,
    SEED,
    Floats,
    Numbers,
    cluster_numbers,
    effective_answers,
    percentile_interval,
    resampled_totals,
    totals_by_cluster,
)
from evals.statistics.estimate import Estimate
from evals.statistics.proportions import NOTHING
from evals.statistics.score_interval import tango_interval

Interval = tuple[float, float]


class Paired(BaseModel):
    """Right and wrong of A and B on the same n cases; `difference` is B's share minus A's.

    `score_interval` is Tango's, which takes the cases for independent and is reported where they are: a conversation
    each. `bootstrap_interval` draws whole conversations and is there where one holds more than one case; then the
    interval of `difference` is the wider of it and Tango's, that one for as many cases as they are worth.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    n: int = Field(ge=0)
    both: int = Field(ge=0)
    only_a: int = Field(ge=0)
    only_b: int = Field(ge=0)
    neither: int = Field(ge=0)
    clusters: int = Field(ge=0, description="Conversations that the cases come from.")
    difference: Estimate
    score_interval: Interval | None
    bootstrap_interval: Interval | None
    mcnemar_p: float = Field(ge=0, le=1, description="Two-sided, exact; takes the cases for independent.")

    @property
    def discordant(self) -> int:
        """Cases that one of them got right and the other did not."""
        return self.only_a + self.only_b


def compare_paired(
    right_a: Sequence[bool | None],
    right_b: Sequence[bool | None],
    clusters: Sequence[str] | None = None,
    *,
    resamples: int = RESAMPLES,
    seed: int = SEED,
) -> Paired:
    """Compare case by case; a case that is None for either is unjudged. `clusters` names a conversation a case.

    Where a conversation holds more than one case, the interval is the wider of the clustered bootstrap's and Tango's,
    that one with Student's quantile and for n / design effect cases; where the conversations show no variance to judge
    by, for as many as there are effective conversations. Raises ValueError where the lengths differ.
    """
    if len(right_a) != len(right_b):
        raise ValueError(f"{len(right_a)} answers of A and {len(right_b)} of B")
    numbers = cluster_numbers(clusters, len(right_a))
    pairs = zip(right_a, right_b, numbers.tolist(), strict=True)
    judged = [(bool(a), bool(b), number) for a, b, number in pairs if a is not None and b is not None]
    table = np.array(judged, dtype=np.int64).reshape(-1, 3)
    a, b = table[:, 0], table[:, 1]
    only_a, only_b, n = int((a > b).sum()), int((b > a).sum()), len(judged)
    kept = np.unique(table[:, 2], return_inverse=True)[1].astype(np.int64)
    score, bootstrap, difference = _intervals(b - a, kept, len(right_a) - n, resamples, seed)
    return Paired(
        n=n,
        both=int((a & b).sum()),
        only_a=only_a,
        only_b=only_b,
        neither=n - int((a | b).sum()),
        clusters=int(kept.max()) + 1 if n else 0,
        difference=difference,
        score_interval=score,
        bootstrap_interval=bootstrap,
        mcnemar_p=mcnemar_p(only_a, only_b),
    )


def mcnemar_p(only_a: int, only_b: int) -> float:
    """Return the two-sided exact p of McNemar's test: a fair coin over the discordant cases; 1.0 without any."""
    from scipy.stats import binomtest

    if only_a + only_b == 0:
        return 1.0
    return min(1.0, float(binomtest(min(only_a, only_b), only_a + only_b, 0.5).pvalue))


def _intervals(
    steps: Numbers, numbers: Numbers, unjudged: int, resamples: int, seed: int
) -> tuple[Interval | None, Interval | None, Estimate]:
    """Return Tango's interval, the bootstrap's and the difference with what is reported; a step is B minus A."""
    n = len(steps)
    if n == 0:
        nothing = Estimate(value=None, low=None, high=None, n=0, unjudged=unjudged, method=NOTHING)
        return None, None, nothing
    only_a, only_b = int((steps < 0).sum()), int((steps > 0).sum())
    score = reported = tango_interval(only_a, only_b, n)
    method = "tango"
    drawn = _bootstrap(steps.astype(np.float64), numbers, resamples, seed)
    if drawn is not None:
        effective, alpha = effective_answers(steps.astype(np.float64), numbers)
        reported = tango_interval(only_a * effective / n, only_b * effective / n, effective, alpha)
        method = "tango on effective cases"
        if drawn[1] - drawn[0] > reported[1] - reported[0]:
            reported, method = drawn, "clustered bootstrap"
    value = (only_b - only_a) / n
    low, high = min(reported[0], value), max(reported[1], value)
    return score, drawn, Estimate(value=value, low=low, high=high, n=n, unjudged=unjudged, method=method)


def _bootstrap(steps: Floats, numbers: Numbers, resamples: int, seed: int) -> Interval | None:
    """Return None where every case has a conversation of its own, and the point itself for a single conversation."""
    found, n = int(numbers.max()) + 1, len(steps)
    if found == n:
        return None
    if found < 2:
        return float(steps.mean()), float(steps.mean())
    totals = resampled_totals(totals_by_cluster([steps, np.ones(n)], numbers), resamples, seed)
    return percentile_interval(totals[:, 0] / totals[:, 1], found)
