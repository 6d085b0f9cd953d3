"""A scripted teacher: a large model that is right as often as it is told to be."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Errs = Literal["anywhere", "like ours"]


@dataclass(frozen=True)
class Teacher:
    """`errs` says which wrong label it takes: any alike, or as the embedded model holds it likely.

    The second is the harder case: both models then tend to the same mistakes.
    """

    accuracy: float
    errs: Errs

    def answers(
        self, likely: NDArray[np.float64], right: NDArray[np.bool_], draw: np.random.Generator
    ) -> NDArray[np.int64]:
        """Return one label a ticket. likely: shape (tickets, labels); right: the same shape, the labels that are right.

        Where it is right, it takes the right label that the embedded model holds likeliest.
        """
        knows = draw.random(len(likely)) < self.accuracy
        best = np.where(right, likely, -1.0).argmax(axis=1)
        weights = likely + 1e-9 if self.errs == "like ours" else np.ones_like(likely)
        weights = np.where(right, 0.0, weights)
        reached = weights.cumsum(axis=1) / weights.sum(axis=1, keepdims=True)
        wrong = (reached < draw.random(len(likely))[:, None]).sum(axis=1)
        answers: NDArray[np.int64] = np.where(knows, best, np.minimum(wrong, likely.shape[1] - 1))
        return answers
