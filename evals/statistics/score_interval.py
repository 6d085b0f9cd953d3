"""The score interval of a difference of paired proportions; statsmodels has it for ratios and unpaired ones only."""

import math

from evals.statistics.estimate import LEVEL

BESIDE = 1e-12  # the search starts this far from the observed difference, where the equation may be 0 as well


def tango_interval(only_a: float, only_b: float, n: float, alpha: float = 1 - LEVEL) -> tuple[float, float]:
    """Return the interval of P(B right) - P(A right) from the discordant counts among n > 0 pairs.

    It holds every difference d that the score test does not reject: (only_b - only_a - n d)² <= z² n (2 q + d (1 - d)),
    with q the most likely P(only A right) under d, the root of a quadratic (Tango 1998, Statistics in Medicine 17).
    Without discordant pairs it is ± z² / (n + z²), not a point. Counts may be uneven, as for an effective n.
    Raises ValueError for counts that cannot be.
    """
    from scipy.optimize import brentq
    from scipy.stats import norm

    if n <= 0 or min(only_a, only_b) < 0 or only_a + only_b > n * (1 + BESIDE):
        raise ValueError(f"{only_a} and {only_b} discordant pairs of {n} cannot be")
    z = float(norm.isf(alpha / 2))

    def excess(difference: float) -> float:
        variance = n * (2 * _only_a_share(only_a, only_b, n, difference) + difference * (1 - difference))
        return float((only_b - only_a - n * difference) ** 2 - z**2 * variance)

    observed = (only_b - only_a) / n
    low = -1.0 if observed <= -1 + BESIDE else float(brentq(excess, -1.0, observed - BESIDE))
    high = 1.0 if observed >= 1 - BESIDE else float(brentq(excess, observed + BESIDE, 1.0))
    return low, high


def _only_a_share(only_a: float, only_b: float, n: float, difference: float) -> float:
    """Return the most likely share of "only A right" where the difference is given."""
    square = 2 * n
    linear = (2 * n - only_b + only_a) * difference - only_a - only_b
    constant = -only_a * difference * (1 - difference)
    return (math.sqrt(max(0.0, linear**2 - 4 * square * constant)) - linear) / (2 * square)
