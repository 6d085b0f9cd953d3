"""The seam between what needs vectors and what makes them."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


class Encoder(Protocol):
    """Texts to unit vectors.

    `identity` is a hash of the weights: what was built with one encoder is refused by another.
    `window` is how many tokens of a text are read; what follows is not seen.
    """

    identity: str
    dimensions: int
    window: int

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return float32 vectors of length 1, shape (len(texts), dimensions), in the order of the texts."""
        ...

    def token_spans(self, text: str) -> list[tuple[int, int]]:
        """Return for each token of the whole text its start and end, in characters."""
        ...
