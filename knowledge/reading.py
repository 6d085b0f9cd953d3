"""Ticket texts to vectors, the same way when the head learns and when it serves: masked, cut to windows, pooled."""

import re
from collections.abc import Sequence, Set

import numpy as np

from knowledge.encoder.protocol import Encoder, Vectors
from knowledge.windows import windows

# Which order it is says nothing of what a ticket is about, and its digits would move the vector: "refund A-10234" is
# read as "refund my order", whatever the number. Other long numbers (phone, tracking, article) are read as "number".
_ORDER = re.compile(
    r"(?:\b(?:my |the )?orders?[ \t]{0,3}(?:number|no\b\.?|nr\b\.?|id\b|#)?[ \t]{0,3}[:#]?[ \t]{0,3})?"
    r"(?:#[A-Za-z]{0,4}-?\d[\d-]{2,30}|\b[A-Za-z]{1,4}-\d{3,12}\b|\b[A-Za-z]\d{4,9}\b)"
    r"|\border[ \t]{0,3}(?:number|no\b\.?|nr\b\.?|id\b)?[ \t]{0,3}[:#]?[ \t]{0,3}\d[\d-]{3,20}\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\b\d[\d-]{2,30}\d\b")


def masked(text: str) -> str:
    """Return the text with order numbers read as "my order" and other long numbers as "number"."""
    return _NUMBER.sub("number", _ORDER.sub("my order", text))


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
