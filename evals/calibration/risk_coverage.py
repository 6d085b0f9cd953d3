"""Risk and coverage: how wrong the answers are that are kept, when only the most confident share is kept."""

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from evals.calibration.outcomes import Confidences, Floats, Outcomes, checked


class RiskPoint(BaseModel):
    """Keeping all answers of at least this confidence: how many that is, and how many of them are wrong, as shares."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    confidence: float
    coverage: float = Field(gt=0, le=1)
    risk: float = Field(ge=0, le=1)


class RiskCoverage(BaseModel):
    """The curve from the most confident answers to all, and the areas under it; the areas are None without answers.

    `area` (AURC) is the mean risk over all n coverages 1/n ... 1 (Geifman, Uziel and El-Yaniv 2019). In `random_order`
    it is the share of wrong answers, whatever the coverage. `perfect_order` is the least possible with as many wrong.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    n: int = Field(ge=0)
    points: tuple[RiskPoint, ...]
    area: float | None
    random_order: float | None
    perfect_order: float | None


def risk_coverage(confidence: Confidences, right: Outcomes) -> RiskCoverage:
    """Return one point for each confidence that occurs, the highest first.

    Within answers of one confidence there is no order, so the area takes their errors as spread evenly.
    """
    stated, outcome = checked(confidence, right)
    n = len(stated)
    if n == 0:
        return RiskCoverage(n=0, points=(), area=None, random_order=None, perfect_order=None)
    levels, place, count = np.unique(-stated, return_inverse=True, return_counts=True)
    wrong = np.bincount(place, weights=1 - outcome)
    kept, errors = np.cumsum(count), np.cumsum(wrong)
    points = tuple(
        RiskPoint(confidence=float(-level), coverage=int(some) / n, risk=float(bad) / int(some))
        for level, some, bad in zip(levels, kept, errors, strict=True)
    )
    return RiskCoverage(
        n=n,
        points=points,
        area=_area(np.repeat(wrong / count, count)),
        random_order=float(errors[-1]) / n,
        perfect_order=_area(np.sort(1 - outcome)),
    )


def _area(wrong: Floats) -> float:
    """Return the mean of the running means of `wrong`, which is in the order in which answers are kept."""
    return float((np.cumsum(wrong) / np.arange(1, len(wrong) + 1)).mean())
