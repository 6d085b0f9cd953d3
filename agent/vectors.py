"""One vector for a text that was read in several windows."""

from collections.abc import Sequence

import numpy as np

from knowledge.encoder.protocol import Vectors


def pooled(vectors: Vectors, counts: Sequence[int]) -> Vectors:
    """Return the mean of each group of consecutive rows, brought to length 1.

    vectors: shape (sum(counts), dimensions); returned: shape (len(counts), dimensions).
    """
    starts = np.cumsum([0, *counts[:-1]])
    means = np.add.reduceat(vectors, starts, axis=0)
    lengths = np.linalg.norm(means, axis=1, keepdims=True)
    return np.asarray(means / np.maximum(lengths, 1e-9), dtype=np.float32)
