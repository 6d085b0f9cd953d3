"""Puts a large model's choice together with what the embedded model holds likely: Bayes' rule with a known accuracy.

Where the embedded model is nearly sure, an answer that is right so often does not overturn it; where it is not, the
answer decides. The result is a distribution again, so that its confidence means the same as without a large model.
"""

import numpy as np
from numpy.typing import NDArray


def fused(likely: NDArray[np.float64], chosen: int, trust: float) -> NDArray[np.float64]:
    """Return the probability of each label, given that a model that is right with probability `trust` chose one.

    likely: shape (labels,), summing to 1. The model's errors are taken to fall on all other labels alike.
    """
    weights = np.full(likely.shape, (1 - trust) / max(1, likely.size - 1))
    weights[chosen] = trust
    weighted = likely * weights
    total = float(weighted.sum())
    return weighted / total if total > 0 else likely
