"""Ticket texts to vectors, the same way when the head learns and when it serves: masked, cut to windows, pooled."""

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass

import numpy as np

from knowledge.courtesy import without_courtesies
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
    """Return the text without courtesies, order numbers read as "my order" and other long numbers as "number"."""
    return _NUMBER.sub("number", _ORDER.sub("my order", without_courtesies(text)))


@dataclass(frozen=True)
class Reads:
    """What was read: vectors, shape (texts, dimensions); of how many windows each is the mean; those windows' text."""

    vectors: Vectors
    windows: tuple[int, ...]
    texts: tuple[str, ...]


def read(texts: Sequence[str], encoder: Encoder, telling: Set[str]) -> Reads:
    """Return what is read of the texts, in their order."""
    pieces = [windows(masked(text), encoder, telling) for text in texts]
    counts = tuple(len(group) for group in pieces)
    vectors = _pooled(encoder.encode([piece for group in pieces for piece in group]), counts)
    return Reads(vectors, counts, tuple("\n".join(group) for group in pieces))


def _pooled(vectors: Vectors, counts: Sequence[int]) -> Vectors:
    """Return the mean of each group of consecutive rows, brought to length 1."""
    if not counts:
        return vectors
    starts = np.cumsum([0, *counts[:-1]])
    means = np.add.reduceat(vectors, starts, axis=0)
    lengths = np.linalg.norm(means, axis=1, keepdims=True)
    return np.asarray(means / np.maximum(lengths, 1e-9), dtype=np.float32)
