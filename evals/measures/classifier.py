"""The classifier alone, on labelled tickets: how often it is right, and whether its confidence can be believed."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from agent.bulk import BulkClassifier
from agent.taxonomy import TAXONOMY
from agent.ticket import LONGEST_TEXT
from evals.calibration.reliability import expected_calibration_error, noise_floor, reliability_bins
from evals.calibration.risk_coverage import risk_coverage
from evals.calibration.threshold import derive_threshold
from evals.datasets import LabelledTicket
from evals.statistics.resampling import macro_f1, mean_estimate
from knowledge.plain_text import plain

TARGET_ERRORS = (0.20, 0.15, 0.10, 0.05)
CURVE_POINTS = 60  # of the risk-coverage curve that a result keeps


def classifier_measures(classifier: BulkClassifier, tickets: Sequence[LabelledTicket]) -> dict[str, Any]:
    """Return everything that JSON can hold: accuracy, macro-F1, calibration, curve and thresholds."""
    guesses = classifier.classify([plain(ticket.text).strip()[:LONGEST_TEXT] for ticket in tickets])
    right = [guess in {ticket.category, *ticket.also_ok} for (guess, _), ticket in zip(guesses, tickets, strict=True)]
    got = [ticket.category if ok else guess for (guess, _), ok, ticket in zip(guesses, right, tickets, strict=True)]
    confidence, correct = np.asarray([share for _, share in guesses]), np.asarray(right)
    curve = risk_coverage(confidence, correct)
    every = max(1, len(curve.points) // CURVE_POINTS)
    return {
        "tickets": len(tickets),
        "accuracy": mean_estimate([float(one) for one in right]).model_dump(),
        "macro_f1": macro_f1(
            [ticket.category for ticket in tickets], got, list(TAXONOMY), [ticket.id for ticket in tickets]
        ).model_dump(),
        "by_category": _accuracy_by(tickets, right, "category"),
        "by_kind": _accuracy_by(tickets, right, "kind"),
        "calibration_error": expected_calibration_error(confidence, correct).model_dump(),
        "calibration_noise_floor": noise_floor(confidence),
        "bins": [one.model_dump() for one in reliability_bins(confidence, correct)],
        "risk_coverage": [one.model_dump() for one in curve.points[::every]],
        "area_under_risk_coverage": curve.area,
        "area_in_random_order": curve.random_order,
        "thresholds": [
            {"target_error": target, **derive_threshold(confidence, correct, target).model_dump()}
            for target in TARGET_ERRORS
        ],
    }


def _accuracy_by(tickets: Sequence[LabelledTicket], right: Sequence[bool], field: str) -> dict[str, Any]:
    groups: dict[str, list[float]] = {}
    for ticket, ok in zip(tickets, right, strict=True):
        groups.setdefault(str(getattr(ticket, field)), []).append(float(ok))
    return {name: mean_estimate(found).model_dump() for name, found in sorted(groups.items())}
