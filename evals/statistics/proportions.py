"""Shares of successes: Wilson's interval for what is reported, Clopper-Pearson's bound for what must hold."""

from evals.statistics.estimate import LEVEL, Estimate

WILSON = "wilson"
NOTHING = "nothing judged"


def share(successes: int, n: int, unjudged: int = 0) -> Estimate:
    """Return successes / n with Wilson's interval; value and interval are None for n = 0.

    The cases have to be independent; for several of one conversation use `resampling.mean_estimate`.
    Raises ValueError for counts that cannot be.
    """
    _check(successes, n)
    if n == 0:
        return Estimate(value=None, low=None, high=None, n=0, unjudged=unjudged, method=NOTHING)
    low, high = wilson(successes, n)
    return Estimate(value=successes / n, low=low, high=high, n=n, unjudged=unjudged, method=WILSON)


def wilson(successes: float, n: float, alpha: float = 1 - LEVEL) -> tuple[float, float]:
    """Return Wilson's score interval (Wilson 1927, by statsmodels); n > 0, and may be an effective, uneven number."""
    from statsmodels.stats.proportion import proportion_confint

    low, high = proportion_confint(successes, n, alpha=alpha, method="wilson")
    # At 0 and n the formula's end is the value itself, up to rounding.
    return max(0.0, min(float(low), successes / n)), min(1.0, max(float(high), successes / n))


def upper_bound(failures: int, n: int, level: float = LEVEL) -> float:
    """Return the one-sided upper bound of a failure rate (Clopper and Pearson 1934): exact, so never below its level.

    1.0 for n = 0, since nothing is known then. Raises ValueError for counts that cannot be.
    """
    from statsmodels.stats.proportion import proportion_confint

    _check(failures, n)
    if n == 0:
        return 1.0
    return float(proportion_confint(failures, n, alpha=2 * (1 - level), method="beta")[1])


def _check(successes: int, n: int) -> None:
    if not 0 <= successes <= n:
        raise ValueError(f"{successes} of {n} is not a share")
