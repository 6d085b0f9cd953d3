"""Ticket texts to vectors, the same way when the head learns and when it serves: masked, cut to windows, pooled."""

import re
from collections.abc import Sequence, Set

import numpy as np

from knowledge.encoder.protocol import Encoder, Vectors
from knowledge.windows import windows

# Order, customer and tracking numbers say nothing of what a ticket is about, and would move its vector.
_NUMBER = re.compile(r"#?\b[A-Za-z]{0,4}-?\d(?:[\d-]{2,30})\d[A-Za-z]?\b")


def masked(text: str) -> str:
    """Return the text with every long number replaced by the word "number"."""
    return _NUMBER.sub("number", text)


def read(texts: Sequence[str], encoder: Encoder, telling: Set[str]) -> tuple[Vectors, list[int]]:
    """Return the texts' vectors, shape (len(texts), dimensions), and of how many windows each is the mean."""
    pieces = [windows(masked(text), encoder, telling) for text in texts]
    counts = [len(group) for group in pieces]
    return _pooled(encoder.encode([piece for group in pieces for piece in group]), counts), counts


def _pooled(vectors: Vectors, counts: Sequence[int]) -> Vectors:
    """Return the mean of each group of consecutive rows, brought to length 1."""
    if not counts:
        return vectors
    starts = np.cumsum([0, *counts[:-1]])
    means = np.add.reduceat(vectors, starts, axis=0)
    lengths = np.linalg.norm(means, axis=1, keepdims=True)
    return np.asarray(means / np.maximum(lengths, 1e-9), dtype=np.float32)
