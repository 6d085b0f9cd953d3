"""The input of all measures of calibration: a confidence in [0, 1] and a right or wrong for each answer."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Confidences = Sequence[float] | Floats
Outcomes = Sequence[bool] | npt.NDArray[np.bool_]


def checked(confidence: Confidences, right: Outcomes) -> tuple[Floats, Floats]:
    """Return both as arrays of floats, right as 0 and 1; raises ValueError for what is no confidence or no outcome."""
    stated, outcome = np.asarray(confidence, dtype=np.float64), np.asarray(right, dtype=np.float64)
    if stated.ndim != 1 or stated.shape != outcome.shape:
        raise ValueError(f"confidences of shape {stated.shape} and outcomes of shape {outcome.shape}")
    if not ((stated >= 0) & (stated <= 1)).all():
        raise ValueError("a confidence is not within [0, 1]")
    if not np.isin(outcome, (0.0, 1.0)).all():
        raise ValueError("an outcome is neither right nor wrong")
    return stated, outcome
