"""What a result says of the classifier's confidence: as measured alone, else from the cases of labelled tickets."""

from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from evals.calibration.reliability import (
    ReliabilityBin,
    expected_calibration_error,
    noise_floor,
    reliability_bins,
)
from evals.calibration.risk_coverage import RiskPoint, risk_coverage
from evals.calibration.threshold import Threshold, derive_threshold
from evals.datasets import CATEGORY
from evals.measures.classifier import TARGET_ERRORS
from evals.result import BadResultError, Result
from evals.statistics.estimate import Estimate


class Calibrated(BaseModel):
    """Reliability and risk-coverage of one set of tickets; `tickets` counts them, `measured_on` says which."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    tickets: int
    measured_on: str
    accuracy: Estimate | None = None
    calibration_error: Estimate
    calibration_noise_floor: float | None
    bins: tuple[ReliabilityBin, ...]
    risk_coverage: tuple[RiskPoint, ...]
    area_under_risk_coverage: float | None
    area_in_random_order: float | None
    thresholds: tuple[Threshold, ...]
    by_category: dict[str, Estimate] = {}
    by_kind: dict[str, Estimate] = {}


def calibrated(result: Result) -> Calibrated | None:
    """Return what there is, or None; raises BadResultError where the classifier's part has another form."""
    if result.classifier:
        try:
            return Calibrated.model_validate({**result.classifier, "measured_on": "the suite's labelled tickets"})
        except ValidationError as problem:
            error = problem.errors()[0]
            where = ".".join(map(str, error["loc"]))
            raise BadResultError(f"{result.id}: classifier.{where}: {error['msg']}") from problem
    return _of_cases(result) if result.data.judged_by == CATEGORY and not result.data.sealed else None


def _of_cases(result: Result) -> Calibrated | None:
    judged = [
        (case.first.decision.confidence, check.passed)
        for case in result.cases
        for check in case.first.checks
        if case.first.decision and check.name == "category" and check.passed is not None
    ]
    if not judged:
        return None
    confidence, right = [one for one, _ in judged], [ok for _, ok in judged]
    curve = risk_coverage(confidence, right)
    found: dict[str, Any] = {
        "tickets": len(judged),
        "measured_on": "the tickets of this run",
        "calibration_error": expected_calibration_error(confidence, right),
        "calibration_noise_floor": noise_floor(confidence),
        "bins": reliability_bins(confidence, right),
        "risk_coverage": curve.points,
        "area_under_risk_coverage": curve.area,
        "area_in_random_order": curve.random_order,
        "thresholds": tuple(derive_threshold(confidence, right, target) for target in TARGET_ERRORS),
    }
    return Calibrated.model_validate(found)
