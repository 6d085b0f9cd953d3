"""All pictures in the order of the page."""

from collections.abc import Sequence

from evals.report.calibrated import calibrated
from evals.report.pictures.bars import by_category, groups, retrieval
from evals.report.pictures.calibration import reliability, risk_coverage
from evals.report.pictures.confusion import confusion
from evals.report.pictures.cost import cost
from evals.report.pictures.latency import latency
from evals.report.pictures.picture import Picture
from evals.result import Result


def pictures(results: Sequence[Result]) -> list[Picture]:
    """Return the pictures of the first result; others only join it where subjects are compared by cost."""
    result = results[0]
    confidence = calibrated(result)
    return [
        confusion(result),
        by_category(result),
        *groups(result),
        reliability(confidence),
        risk_coverage(confidence),
        latency(result),
        cost(results),
        retrieval(result),
    ]
