"""How sure a head may be: temperature and doubt fitted on tickets that it did not see, and how well that came out."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge.head import Head, calibrated

TEMPERATURES = np.geomspace(0.25, 4.0, 81)
DOUBTS = (0.0, 0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.08, 0.1)

Labels = tuple[str, ...]


def fit_calibration(logits: NDArray[np.float64], targets: NDArray[Any], labels: Labels) -> tuple[float, float, float]:
    """Return temperature and doubt with the lowest log loss of the category, and that loss."""
    truth, membership = _truth(targets, labels)

    def loss(temperature: float, doubt: float) -> float:
        chosen = (calibrated(logits, temperature, doubt) @ membership)[np.arange(len(truth)), truth]
        return float(-np.log(np.clip(chosen, 1e-12, None)).mean())

    losses = {(temperature, doubt): loss(temperature, doubt) for temperature in TEMPERATURES for doubt in DOUBTS}
    temperature, doubt = min(losses, key=lambda tried: losses[tried])
    return round(float(temperature), 4), doubt, losses[temperature, doubt]


def _truth(targets: NDArray[Any], labels: Labels) -> tuple[NDArray[Any], NDArray[np.float64]]:
    """Return the place of each example's category, and the matrix that sums labels up to categories."""
    head = Head(labels, 1.0, frozenset(), {})
    places = [head.categories.index(label.split("/")[0]) for label in labels]
    return np.array(places)[targets], head.membership()


def measure(probabilities: NDArray[np.float64], targets: NDArray[Any], labels: Labels) -> dict[str, float]:
    """Return shares of examples that are right by category and by topic, log loss and calibration error in ten bins."""
    truth, membership = _truth(targets, labels)
    by_category = probabilities @ membership
    right = by_category.argmax(axis=1) == truth
    confidence = by_category.max(axis=1)
    bins = np.minimum((confidence * 10).astype(int), 9)
    gaps = [abs(right[bins == b].mean() - confidence[bins == b].mean()) * (bins == b).mean() for b in set(bins)]
    return {
        "category_accuracy": round(float(right.mean()), 4),
        "topic_accuracy": round(float((probabilities.argmax(axis=1) == targets).mean()), 4),
        "log_loss": round(float(-np.log(by_category[np.arange(len(truth)), truth]).mean()), 4),
        "calibration_error": round(float(sum(gaps)), 4),
    }
