"""Drawing whole conversations: what all clustered bootstraps of the suite have in common.

Answers of one conversation resemble each other, so it is conversations that are drawn again, not answers.
"""

import math
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from evals.statistics.estimate import LEVEL

RESAMPLES = 2000
SEED = 1979
BLOCK = 4_000_000  # cells of a drawn table at a time, so that memory stays at tens of megabytes
COLLAPSED = 1e-12  # a narrower interval is a point, up to rounding

Floats = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


class TooFewError(ValueError):
    """There are fewer observations than the interval needs; `needed` says how many there have to be."""

    def __init__(self, what: str, given: int, needed: int) -> None:
        super().__init__(f"{what} needs at least {needed}, there are {given}")
        self.given, self.needed = given, needed


def cluster_numbers(clusters: Sequence[str] | None, n: int) -> Numbers:
    """Return each row's cluster as 0, 1, ... in the order of the names; without names every row is its own.

    Raises ValueError where the number of names is not n.
    """
    if clusters is None:
        return np.arange(n, dtype=np.int64)
    if len(clusters) != n:
        raise ValueError(f"{len(clusters)} clusters for {n} rows")
    known = {name: number for number, name in enumerate(sorted(set(clusters)))}
    return np.array([known[name] for name in clusters], dtype=np.int64)


def totals_by_cluster(columns: Sequence[npt.ArrayLike], numbers: Numbers) -> Floats:
    """Return the sum of each column within each cluster, as clusters x columns."""
    width = int(numbers.max()) + 1
    return np.stack([np.bincount(numbers, weights=np.asarray(column), minlength=width) for column in columns], axis=1)


def effective_clusters(numbers: Numbers) -> float:
    """Return how many independent answers there are if each cluster's are all one: (sum of sizes)² / sum of sizes².

    It is Kish's effective sample size (Kish 1965), the number of clusters where all are of one size.
    """
    sizes = np.bincount(numbers)
    return float(sizes.sum() ** 2 / (sizes**2).sum())


def effective_answers(values: Floats, numbers: Numbers) -> tuple[float, float]:
    """Return how many independent answers tell as much of the mean as these, and the alpha of an interval with them.

    The number is n / design effect (Kish 1965), the variance of the mean by clusters over that by single answers, held
    between `effective_clusters` and n. As that variance is estimated, alpha is such that a normal quantile is as large
    as Student's for these clusters. Where they show no variance, each is taken for one answer, and alpha is 1 - LEVEL.
    """
    from scipy.stats import norm, t

    n, least = len(values), effective_clusters(numbers)
    found = int(numbers.max()) + 1
    by_answers = float(values.var()) / n
    residuals = np.bincount(numbers, weights=values - values.mean())
    by_clusters = found / max(1, found - 1) * float((residuals**2).sum()) / n**2
    if found < 2 or by_clusters <= COLLAPSED * by_answers:
        return least, 1 - LEVEL
    alpha = 2 * float(norm.sf(t.isf((1 - LEVEL) / 2, found - 1)))
    return min(float(n), max(least, n * by_answers / by_clusters)), alpha


def drawn_weights(clusters: int, resamples: int, seed: int) -> Iterator[Floats]:
    """Yield blocks of rows: how often each cluster is in a resample. All blocks together are `resamples` rows."""
    generator = np.random.default_rng(seed)
    block = max(1, BLOCK // clusters)
    for start in range(0, resamples, block):
        rows = min(block, resamples - start)
        drawn = generator.integers(clusters, size=(rows, clusters)) + clusters * np.arange(rows)[:, None]
        yield np.bincount(drawn.ravel(), minlength=rows * clusters).reshape(rows, clusters).astype(np.float64)


def resampled_totals(per_cluster: Floats, resamples: int = RESAMPLES, seed: int = SEED) -> Floats:
    """Return the column sums of each resample, as resamples x columns, from clusters x columns."""
    blocks = [weights @ per_cluster for weights in drawn_weights(len(per_cluster), resamples, seed)]
    return np.concatenate(blocks)


def percentile_interval(drawn: Floats, clusters: int) -> tuple[float, float]:
    """Return the expanded percentile interval of resampled statistics; NaN among them are left out.

    A plain percentile interval is too short for few clusters: it lacks Student's t and the factor m / (m - 1) of a
    variance. Both are put into the percentiles that are read off (Hesterberg 2015, "What teachers should know about
    the bootstrap"). Raises TooFewError below two clusters, ValueError where no resample defines the statistic.
    """
    from scipy.stats import norm, t

    if clusters < 2:
        raise TooFewError("a clustered bootstrap", clusters, 2)
    defined = drawn[~np.isnan(drawn)]
    if not defined.size:
        raise ValueError("no resample defines the statistic")
    tail = norm.cdf(t.ppf((1 - LEVEL) / 2, clusters - 1) * math.sqrt(clusters / (clusters - 1)))
    low, high = np.quantile(defined, [tail, 1 - tail])
    return float(low), float(high)
