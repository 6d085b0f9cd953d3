"""Estimates whose interval is a clustered bootstrap: means, macro-F1, any statistic."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np

from evals.statistics.clusters import (
    COLLAPSED,
    RESAMPLES,
    SEED,
    Flags,
    Floats,
    Numbers,
    TooFewError,
    cluster_numbers,
    drawn_weights,
    effective_answers,
    effective_clusters,
    percentile_interval,
    resampled_totals,
    totals_by_cluster,
)
from evals.statistics.estimate import Estimate
from evals.statistics.proportions import NOTHING, WILSON, wilson
from evals.statistics.quantiles import quantile_estimate

__all__ = ["TooFewError", "cluster_bootstrap", "macro_f1", "mean_estimate", "quantile_estimate"]

BOOTSTRAP = "clustered bootstrap"
EFFECTIVE = "wilson on effective answers"
Row = TypeVar("Row")


def cluster_bootstrap(
    statistic: Callable[[Sequence[Row]], float],
    rows: Sequence[Row],
    clusters: Sequence[str],
    *,
    resamples: int = RESAMPLES,
    seed: int = SEED,
) -> tuple[float, float]:
    """Return the interval of any statistic of rows; resamples on which it is NaN are left out.

    It collapses to a point where all resamples give one value; that point is no certainty, and the caller has to know
    a better interval then. Raises TooFewError for fewer than two clusters.
    """
    numbers = cluster_numbers(clusters, len(rows))
    found = len(set(clusters))
    if found < 2:
        raise TooFewError("a clustered bootstrap", found, 2)
    members = [[rows[place] for place in np.flatnonzero(numbers == number).tolist()] for number in range(found)]
    drawn = [
        statistic([row for number in np.flatnonzero(weights) for row in members[number] * int(weights[number])])
        for block in drawn_weights(found, resamples, seed)
        for weights in block
    ]
    return percentile_interval(np.array(drawn, dtype=np.float64), found)


def mean_estimate(
    values: Sequence[float | None],
    clusters: Sequence[str] | None = None,
    *,
    resamples: int = RESAMPLES,
    seed: int = SEED,
) -> Estimate:
    """Return the mean of what is not None, each None counted as unjudged. `clusters` names a conversation a value.

    0/1 values, each in a cluster of its own: Wilson. 0/1 values otherwise: the wider of the clustered bootstrap, which
    is far too short near 0 and 1, and Wilson's for n / design effect with Student's quantile (Franco et al. 2019).
    Other values: the bootstrap. Where it collapses to a point (all clusters alike, or only one), values within [0, 1]
    get Wilson's interval for the effective number of clusters, which is conservative for anything bounded by 0 and 1;
    unbounded ones get no interval (low and high are None). Raises ValueError for NaN and infinity.
    """
    judged = [place for place, value in enumerate(values) if value is not None]
    unjudged = len(values) - len(judged)
    kept = np.array([values[place] for place in judged], dtype=np.float64)
    numbers = _numbers_of(judged, clusters, len(values))
    if not judged:
        return Estimate(value=None, low=None, high=None, n=0, unjudged=unjudged, method=NOTHING)
    if not np.isfinite(kept).all():
        raise ValueError("a value is not a finite number")
    low, high, method = _interval_of_mean(kept, numbers, resamples, seed)
    return Estimate(value=float(kept.mean()), low=low, high=high, n=len(kept), unjudged=unjudged, method=method)


def macro_f1(
    expected: Sequence[str],
    got: Sequence[str | None],
    labels: Sequence[str],
    clusters: Sequence[str] | None = None,
    *,
    resamples: int = RESAMPLES,
    seed: int = SEED,
) -> Estimate:
    """Return the unweighted mean of the labels' F1; a `got` of None is unjudged.

    A label that was neither expected nor got has no F1 and is left out of the mean, in a resample too. Where the
    bootstrap collapses (all right), it is Wilson's interval for an effective number: labels x the harmonic mean of
    their counts, as the rarest label weighs as much as any, shrunk as clusters shrink it. The bootstrap is somewhat
    too short: on 120 and 300 answers of 12 labels it covered the truth in 90 to 97 % of simulations.
    Raises ValueError where the lengths differ.
    """
    from sklearn.metrics import f1_score

    if len(expected) != len(got):
        raise ValueError(f"{len(expected)} expected and {len(got)} got")
    judged = [place for place, label in enumerate(got) if label is not None]
    unjudged, numbers = len(got) - len(judged), _numbers_of(judged, clusters, len(got))
    truth, answers = np.array([expected[place] for place in judged]), np.array([got[place] for place in judged])
    if not set(labels) & {*truth.tolist(), *answers.tolist()}:
        return Estimate(value=None, low=None, high=None, n=0, unjudged=unjudged, method=NOTHING)
    value = float(f1_score(truth, answers, labels=list(labels), average="macro", zero_division=np.nan))
    low, high, method = value, value, BOOTSTRAP
    if (found := int(numbers.max()) + 1) >= 2:
        counts = [column for label in labels for column in _counts(truth == label, answers == label)]
        drawn = _macro(resampled_totals(totals_by_cluster(counts, numbers), resamples, seed))
        low, high = percentile_interval(drawn, found)
    if high - low <= COLLAPSED:
        effective = _effective_by_label([int((truth == label).sum()) for label in labels], numbers)
        low, high, method = *wilson(value * effective, effective), EFFECTIVE
    low, high = min(low, value), max(high, value)
    return Estimate(value=value, low=low, high=high, n=len(judged), unjudged=unjudged, method=method)


def _numbers_of(judged: list[int], clusters: Sequence[str] | None, n: int) -> Numbers:
    if clusters is not None and len(clusters) != n:
        raise ValueError(f"{len(clusters)} clusters for {n} rows")
    return cluster_numbers(None if clusters is None else [clusters[place] for place in judged], len(judged))


def _interval_of_mean(
    values: Floats, numbers: Numbers, resamples: int, seed: int
) -> tuple[float | None, float | None, str]:
    mean, n, found = float(values.mean()), len(values), int(numbers.max()) + 1
    zero_one = bool(np.isin(values, (0.0, 1.0)).all())
    if zero_one and found == n:
        return *wilson(float(values.sum()), n), WILSON
    low = high = mean
    if found >= 2:
        totals = resampled_totals(totals_by_cluster([values, np.ones(n)], numbers), resamples, seed)
        low, high = percentile_interval(totals[:, 0] / totals[:, 1], found)
    collapsed = high - low <= COLLAPSED * max(1.0, abs(mean))
    if collapsed and not 0 <= values.min() <= values.max() <= 1:
        return None, None, "no interval: all alike"
    if collapsed or zero_one:
        effective, alpha = effective_answers(values, numbers)
        score_low, score_high = wilson(mean * effective, effective, alpha)
        if score_high - score_low > high - low:
            return score_low, score_high, EFFECTIVE
    return min(low, mean), max(high, mean), BOOTSTRAP


def _counts(expected: Flags, got: Flags) -> tuple[Flags, Numbers]:
    return expected & got, expected.astype(np.int64) + got


def _macro(totals: Floats) -> Floats:
    """Return the mean F1 = 2 hits / (expected + got) over the labels that a resample holds."""
    hits, answers = totals[:, 0::2], totals[:, 1::2]
    present = answers > 0
    scores = np.divide(2 * hits, answers, out=np.zeros_like(hits), where=present)
    held = present.sum(axis=1)
    return np.where(held > 0, scores.sum(axis=1) / np.maximum(held, 1), np.nan)


def _effective_by_label(counts: list[int], numbers: Numbers) -> float:
    present = [count for count in counts if count]
    if not present:
        return effective_clusters(numbers)
    even = len(present) ** 2 / sum(1 / count for count in present)
    return even * effective_clusters(numbers) / len(numbers)
