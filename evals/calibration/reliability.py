"""Reliability: whether answers of confidence c are right in a share c of cases, by bins of equal mass."""

from collections.abc import Sequence

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from evals.calibration.outcomes import Confidences, Floats, Outcomes, checked
from evals.statistics.clusters import (
    BLOCK,
    RESAMPLES,
    SEED,
    Numbers,
    cluster_numbers,
    effective_clusters,
    percentile_interval,
    resampled_totals,
    totals_by_cluster,
)
from evals.statistics.estimate import LEVEL, Estimate
from evals.statistics.proportions import NOTHING, share, wilson

BINS = 10
SIMULATIONS = 1000


class ReliabilityBin(BaseModel):
    """Answers of similar confidence, from `lowest` to `highest`; `accuracy` has Wilson's interval."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    lowest: float
    highest: float
    n: int = Field(ge=1)
    mean_confidence: float
    accuracy: Estimate


def reliability_bins(confidence: Confidences, right: Outcomes, bins: int = BINS) -> tuple[ReliabilityBin, ...]:
    """Return bins of equal mass from the least confident to the most; no bins without answers.

    Answers of one confidence stay in one bin, so bins may differ in size and be fewer than asked for.
    """
    stated, outcome = checked(confidence, right)
    places = _bin_of_each(stated, bins)
    found = []
    for place in range(int(places.max()) + 1 if len(places) else 0):
        inside = places == place
        within, hits = stated[inside], int(outcome[inside].sum())
        found.append(
            ReliabilityBin(
                lowest=float(within.min()),
                highest=float(within.max()),
                n=len(within),
                mean_confidence=float(within.mean()),
                accuracy=share(hits, len(within)),
            )
        )
    return tuple(found)


def expected_calibration_error(
    confidence: Confidences,
    right: Outcomes,
    clusters: Sequence[str] | None = None,
    *,
    bins: int = BINS,
    resamples: int = RESAMPLES,
    seed: int = SEED,
) -> Estimate:
    """Return the mean gap between confidence and accuracy of the bins, weighted by size (Naeini et al. 2015).

    The value is too high for few answers: chance alone opens gaps, and gaps do not cancel out. Read it beside
    `noise_floor`, which is what chance alone gives. A bootstrap adds that excess once more, so the interval is the
    basic one, 2 value - percentile, which takes it off again; it is widened to hold the value, and to hold 0 unless
    the value is above 97.5 % of what perfectly calibrated answers give. Where all were right, or all wrong, a bootstrap
    knows nothing of the accuracy: there it is |mean confidence - accuracy| over Wilson's interval for the accuracy.
    In simulations of 100 to 1000 answers it covered the true error in 88 to 98 % of them.
    """
    stated, outcome = checked(confidence, right)
    n = len(stated)
    if n == 0:
        return Estimate(value=None, low=None, high=None, n=0, method=NOTHING)
    places, numbers = _bin_of_each(stated, bins), cluster_numbers(clusters, n)
    gaps = _membership(places) * (stated - outcome)[:, None]
    value = float(np.abs(gaps.sum(axis=0)).sum() / n)
    found = int(numbers.max()) + 1
    if outcome.min() == outcome.max() or found < 2:
        low, high = _gap_of_accuracy(float(stated.mean()), float(outcome.mean()), effective_clusters(numbers))
        method = "wilson on effective clusters"
    else:
        totals = resampled_totals(totals_by_cluster([*gaps.T, np.ones(n)], numbers), resamples, seed)
        drawn = np.abs(totals[:, :-1]).sum(axis=1) / totals[:, -1]
        from_below, from_above = percentile_interval(drawn, found)
        low, high, method = 2 * value - from_above, 2 * value - from_below, "basic clustered bootstrap"
    if value <= np.quantile(_errors_of_calibrated(stated, places, resamples, seed), (1 + LEVEL) / 2):
        low = 0.0
    low, high = max(0.0, min(low, value)), min(1.0, max(high, value))
    return Estimate(value=value, low=low, high=high, n=n, method=method)


def noise_floor(
    confidence: Confidences, *, bins: int = BINS, simulations: int = SIMULATIONS, seed: int = SEED
) -> float | None:
    """Return the mean expected calibration error if these very confidences were all true, by simulation.

    What a measured error exceeds it by is miscalibration; what it does not exceed is chance. The answers are taken for
    independent. None without answers.
    """
    stated, _ = checked(confidence, np.zeros(len(confidence), dtype=np.bool_))
    if not len(stated):
        return None
    return float(_errors_of_calibrated(stated, _bin_of_each(stated, bins), simulations, seed).mean())


def _errors_of_calibrated(stated: Floats, places: Numbers, simulations: int, seed: int) -> Floats:
    n, membership = len(stated), _membership(places)
    generator, block, found = np.random.default_rng(seed), max(1, BLOCK // n), []
    for start in range(0, simulations, block):
        outcomes = generator.random((min(block, simulations - start), n)) < stated
        found.append(np.abs((stated - outcomes) @ membership).sum(axis=1) / n)
    return np.concatenate(found)


def _membership(places: Numbers) -> Floats:
    return np.equal.outer(places, np.arange(places.max() + 1)).astype(np.float64)


def _bin_of_each(stated: Floats, bins: int) -> Numbers:
    """Return each answer's bin, numbered from 0 without a gap, by the quantiles of the confidences."""
    if bins < 1:
        raise ValueError(f"{bins} bins")
    if not len(stated):
        return np.zeros(0, dtype=np.int64)
    edges = np.quantile(stated, np.linspace(0, 1, bins + 1)[1:-1])
    return np.unique(np.searchsorted(edges, stated), return_inverse=True)[1].astype(np.int64)


def _gap_of_accuracy(mean_confidence: float, accuracy: float, effective: float) -> tuple[float, float]:
    low, high = wilson(accuracy * effective, effective)
    gaps = sorted((abs(mean_confidence - low), abs(mean_confidence - high)))
    return (0.0 if low <= mean_confidence <= high else gaps[0]), gaps[1]
