"""Quantiles, such as the 95th percentile of a latency, with an interval that assumes no distribution."""

import math
from collections.abc import Sequence

import numpy as np

from evals.statistics.clusters import TooFewError
from evals.statistics.estimate import LEVEL, Estimate


def quantile_estimate(values: Sequence[float], q: float) -> Estimate:
    """Return the q-quantile (linear between neighbours) with the exact interval of order statistics, by scipy.

    Its two ends leave out at most 2.5 % each, whatever the distribution; the values have to be independent. Raises
    TooFewError where there are too few for both ends: 6 for the median, 72 for 0.95, 368 for 0.99.
    """
    from scipy.stats import quantile_test

    needed = _needed_for_quantile(q)
    if len(values) < needed:
        raise TooFewError(f"an interval of the {q:g} quantile", len(values), needed)
    sample = np.asarray(values, dtype=np.float64)
    if not np.isfinite(sample).all():
        raise ValueError("a value is not a finite number")
    low, high = quantile_test(sample, p=q).confidence_interval(LEVEL)
    value = float(np.quantile(sample, q))
    return Estimate(value=value, low=float(low), high=float(high), n=len(values), method="order statistics")


def _needed_for_quantile(q: float) -> int:
    """Both P(all lie below it) = q ** n and P(all lie above it) = (1 - q) ** n have to be at most a tail."""
    if not 0 < q < 1:
        raise ValueError(f"{q} is no quantile within (0, 1)")
    return math.ceil(math.log((1 - LEVEL) / 2) / math.log(max(q, 1 - q)))
