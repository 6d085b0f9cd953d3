"""How sure a classifier is of its likeliest category: below a bound, a cascade asks the large model."""

from collections.abc import Sequence
from enum import StrEnum


class Sureness(StrEnum):
    """A measure of it. The margin tells two categories that are both likely from one among many that are not."""

    CONFIDENCE = "confidence"
    MARGIN = "margin"


def sureness(shares: Sequence[float], by: Sureness) -> float:
    """Return how sure a distribution is, from 0 to 1; `shares` are its probabilities, the largest first."""
    match by:
        case Sureness.CONFIDENCE:
            return shares[0]
        case Sureness.MARGIN:
            return shares[0] - (shares[1] if len(shares) > 1 else 0.0)
