"""The classifier alone, for many texts at once: the vectors and the head of a run, with no graph around them."""

from collections.abc import Sequence

from knowledge.encoder.protocol import Encoder
from knowledge.head import Head
from knowledge.reading import read


class BulkClassifier:
    """Never abstains: each text gets its best category and that category's confidence."""

    def __init__(self, encoder: Encoder, head: Head) -> None:
        self._encoder = encoder
        self._head = head
        self._membership = head.membership()

    def classify(self, texts: Sequence[str]) -> list[tuple[str, float]]:
        """Return category and confidence (0 to 1, four decimals) for each text, in order."""
        reads = read(texts, self._encoder, self._head.telling_words)
        shares = self._head.label_probabilities(reads) @ self._membership
        best = shares.argmax(axis=1)
        rows = zip(best, shares.max(axis=1), strict=True)
        return [(self._head.categories[place], round(min(1.0, float(share)), 4)) for place, share in rows]
