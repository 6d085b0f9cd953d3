"""What the study of the cascade returns, and what it is held against."""

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from agent.models.sureness import Sureness
from agent.release import Release
from evals.bench.environment import BenchEnvironment
from evals.bench.target import Target, at_least
from evals.statistics.estimate import Estimate
from evals.statistics.resampling import cluster_bootstrap, mean_estimate

MOST_ASKED = 0.2  # of tickets
LEAST_KEPT = 0.98  # of the accuracy of the teacher alone


class Closed(BaseModel):
    """Common to all parts of the report."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Point(Closed):
    """The cascade at one share of calls; `kept` is its accuracy over that of the teacher alone."""

    share: float
    accuracy: Estimate
    kept: Estimate

    @classmethod
    def of(cls, share: float, known: NDArray[np.float64], alone: NDArray[np.float64]) -> "Point":
        """Return the point; both arrays hold how often each ticket came out right. Intervals are over the tickets."""
        rows = list(zip(known.tolist(), alone.tolist(), strict=True))
        names = [str(at) for at in range(len(rows))]

        def ratio(some: object) -> float:
            drawn = np.asarray(some)
            return float(drawn[:, 0].sum() / drawn[:, 1].sum())

        low, high = cluster_bootstrap(ratio, rows, names, resamples=400)
        kept = Estimate(value=ratio(rows), low=low, high=high, n=len(rows), method="bootstrap")
        return cls(share=share, accuracy=mean_estimate(known.tolist()), kept=kept)


class Row(Closed):
    """One teacher's curve."""

    accuracy: float
    errs: str
    points: list[Point]

    def at(self, share: float) -> Point:
        """Return the point of a share."""
        return next(point for point in self.points if point.share == share)


class CascadeReport(Closed):
    """The curves; `embedded` is the accuracy with nobody asked, `release_asks` the share of tickets it asks about."""

    rows: list[Row]
    embedded: Estimate
    release: str
    trust: float
    ask_by: Sureness
    ask_below: float
    release_asks: float
    targets: list[Target]
    environment: BenchEnvironment


def cascade_report(
    rows: list[Row], own: NDArray[np.bool_], release: Release, share: float, environment: BenchEnvironment
) -> CascadeReport:
    """Return the report with its targets."""
    if release.large is None or release.large.ask_below is None:
        raise ValueError("the release asks no teacher")
    embedded = mean_estimate(own.astype(float).tolist())
    worst = min((point.accuracy for row in rows for point in row.points), key=lambda found: found.value or 0.0)
    targets = [
        at_least(f"kept of the teacher, {row.accuracy:.2f}, errs {row.errs}", row.at(MOST_ASKED).kept, LEAST_KEPT)
        for row in rows
    ]
    targets.append(at_least("lowest accuracy of any curve, against the embedded model's", worst, embedded.value or 1.0))
    return CascadeReport(
        rows=rows,
        embedded=embedded,
        release=release.id,
        trust=release.large.trust,
        ask_by=release.large.ask_by,
        ask_below=release.large.ask_below,
        release_asks=share,
        targets=targets,
        environment=environment,
    )
