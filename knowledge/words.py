"""The words of a text as features: they tell apart what vectors blur, and know languages that the encoder does not."""

import functools
import itertools
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

LEAST_TEXTS = 2  # a word that stands in one text alone says nothing of others
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")


@dataclass(frozen=True)
class WordFeatures:
    """Single words and pairs of neighbours, stemmed. `idf`: float32, shape (words,), in the order of `places`."""

    places: Mapping[str, int]
    idf: NDArray[np.float32]

    def row(self, text: str) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return places and weights of the text's known words: (1 + log count) x idf, brought to length 1."""
        counts = Counter(word for word in words_of(text) if word in self.places)
        places = np.fromiter((self.places[word] for word in counts), dtype=np.int64, count=len(counts))
        weights = (1 + np.log(np.fromiter(counts.values(), dtype=np.float32, count=len(counts)))) * self.idf[places]
        return places, np.asarray(weights / max(float(np.linalg.norm(weights)), 1e-9), dtype=np.float32)


def words_of(text: str) -> list[str]:
    """Return the stems of a text and the pairs of neighbours, in any script."""
    stems = list(_stemmer().stemWords(_WORD.findall(text.lower())))
    return [*stems, *(f"{one} {other}" for one, other in itertools.pairwise(stems))]


def known_words(texts: Sequence[str]) -> WordFeatures:
    """Return the words of these texts that stand in two of them or more, with their inverse document frequency."""
    counts = Counter(word for text in texts for word in set(words_of(text)))
    words = sorted(word for word, count in counts.items() if count >= LEAST_TEXTS)
    idf = [1 + np.log((1 + len(texts)) / (1 + counts[word])) for word in words]
    return WordFeatures({word: place for place, word in enumerate(words)}, np.asarray(idf, dtype=np.float32))


@functools.cache
def _stemmer() -> Any:
    from Stemmer import Stemmer

    return Stemmer("english")
