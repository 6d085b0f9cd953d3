"""How durations are spread, small enough to keep for every hour, and such that those of many hours add up.

Counts by bins whose bounds grow by a twentieth each (as DDSketch has it), so a quantile is off by a fortieth at most.
"""

import math
from collections.abc import Iterable, Mapping

GROWTH = 1.05
LEAST_MS = 0.01  # what is shorter counts as this

Bins = Mapping[int, int]  # how many durations lie in a bin, by its number


def bin_of(ms: float) -> int:
    """Return the number of the bin that holds a duration."""
    return math.ceil(math.log(max(ms, LEAST_MS), GROWTH))


def spread(durations: Iterable[float]) -> dict[int, int]:
    """Return durations, in milliseconds, as bins."""
    found: dict[int, int] = {}
    for ms in durations:
        at = bin_of(ms)
        found[at] = found.get(at, 0) + 1
    return found


def together(some: Iterable[Bins]) -> dict[int, int]:
    """Return the bins of all."""
    found: dict[int, int] = {}
    for bins in some:
        for at, count in bins.items():
            found[at] = found.get(at, 0) + count
    return found


def quantile(bins: Bins, percent: float) -> float | None:
    """Return a percentile by the nearest rank, in milliseconds; None where there is nothing."""
    total = sum(bins.values())
    rank, below = math.ceil(percent / 100 * total), 0
    for at in sorted(bins):
        below += bins[at]
        if below >= max(1, rank):
            return float(GROWTH**at * 2 / (1 + GROWTH))  # the middle of the bin, as far from either bound in parts
    return None
