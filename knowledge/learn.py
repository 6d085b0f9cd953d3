"""Examples to a calibrated classifier head. Needs scikit-learn (extra `build`); serving does not.

Kernel ridge regression over all labels "category/topic": squared cosine of the encoder's vectors, with the words beside
them. What a linear head can't say is which things said together mean a label ("parcel" with "wrong", and with "where");
the square can, and it is a quadratic form of the vector for each label, of which the strongest directions are kept: so
serving needs no example. A category's probability is the sum over its topics. Strength of regularisation and
calibration are fitted on tickets that the head did not see: whole lines of business are left out in turn, so that
confidence is honest for shops of a kind that no example is about.
"""

import collections
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge.calibration import fit_calibration, measure
from knowledge.encoder.protocol import Encoder
from knowledge.examples import Example, examples_hash
from knowledge.head import Forms, Head, calibrated
from knowledge.reading import Reads, read
from knowledge.words import WordFeatures, known_words

STRENGTHS = (0.2, 0.4)  # of regularisation
DIRECTIONS = 32  # of a label's quadratic form
SCALE = 8.0  # ridge regression aims at 0 and 1, a softmax at more
FOLDS = 5
TELLING_WORDS = 400
SEED = 20261124

Matrix = NDArray[np.float32]


@dataclass(frozen=True)
class _Fit:
    """What was learned: quadratic forms of the vector, and weights of words, shape (words, labels)."""

    forms: Forms
    words: WordFeatures
    word_weights: Matrix

    def logits(self, reads: Reads) -> NDArray[np.float64]:
        """Return the logits of texts, shape (texts, labels)."""
        known: NDArray[np.float64] = word_rows(reads, self.words) @ self.word_weights
        return np.asarray(self.forms.of(reads.vectors) + known, dtype=np.float64)


def learn(examples: Sequence[Example], encoder: Encoder) -> Head:
    """Return the head learned from all examples, its confidence calibrated by leaving businesses out."""
    telling = telling_words(examples)
    reads = read([example.text for example in examples], encoder, telling)
    labels = tuple(sorted({example.label for example in examples}))
    targets = np.array([labels.index(example.label) for example in examples])
    unseen = _unseen_logits(reads, targets, _folds(examples), len(labels))
    fits = {strength: fit_calibration(logits, targets, labels) for strength, logits in unseen.items()}
    strength = min(STRENGTHS, key=lambda candidate: fits[candidate][2])
    temperature, doubt, _ = fits[strength]
    (fit,) = _fitted(reads, targets, len(labels), (strength,))
    manifest: dict[str, Any] = {
        "labels": list(labels),
        "encoder": encoder.identity,
        "examples": len(examples),
        "examples_sha256": examples_hash(examples),
        "strength": strength,
        "temperature": temperature,
        "doubt": doubt,
        "directions": fit.forms.directions.shape[1],
        "words": len(fit.words.places),
        "unseen_businesses": measure(calibrated(unseen[strength], temperature, doubt), targets, labels),
    }
    return Head(
        labels=labels,
        temperature=temperature,
        telling_words=telling,
        manifest=manifest,
        forms=fit.forms,
        words=fit.words,
        word_weights=fit.word_weights,
        doubt=doubt,
    )


def telling_words(examples: Sequence[Example]) -> frozenset[str]:
    """Return the words whose presence says most about the category (mutual information over examples)."""
    by_category = collections.Counter(example.category for example in examples)
    seen: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
    for example in examples:
        for word in set(re.findall(r"[a-z']{3,}", example.text.lower())):
            seen[word][example.category] += 1
    total = len(examples)

    def information(word: str) -> float:
        count = sum(seen[word].values())
        return sum(
            hits / total * math.log(hits * total / (count * by_category[category]))
            for category, hits in seen[word].items()
        )

    return frozenset(sorted(seen, key=lambda word: (-information(word), word))[:TELLING_WORDS])


def word_rows(reads: Reads, words: WordFeatures) -> Any:
    """Return the word features of texts, sparse, shape (texts, words)."""
    from scipy.sparse import csr_matrix

    rows = [words.row(text) for text in reads.texts]
    ends = np.cumsum([0, *(len(places) for places, _ in rows)])
    parts = (np.concatenate([weights for _, weights in rows]), np.concatenate([places for places, _ in rows]), ends)
    return csr_matrix(parts, shape=(len(rows), len(words.places)), dtype=np.float32)


def _folds(examples: Sequence[Example]) -> list[tuple[NDArray[Any], NDArray[Any]]]:
    from sklearn.model_selection import GroupKFold, StratifiedKFold

    businesses = [example.business for example in examples]
    places = np.zeros(len(examples))
    if len(set(businesses)) >= FOLDS:
        return list(GroupKFold(FOLDS).split(places, groups=businesses))
    splitter = StratifiedKFold(FOLDS, shuffle=True, random_state=SEED)
    return list(splitter.split(places, [example.label for example in examples]))


def _fitted(reads: Reads, targets: NDArray[Any], width: int, strengths: Sequence[float]) -> list[_Fit]:
    """Return what is learned with each strength."""
    from scipy.linalg import cho_factor, cho_solve

    words = known_words(reads.texts)
    rows = word_rows(reads, words)
    kernel = (reads.vectors @ reads.vectors.T) ** 2 + (rows @ rows.T).toarray()
    aims = np.eye(width, dtype=np.float32)[targets]
    fits = []
    for strength in strengths:
        regular = kernel + strength * np.eye(len(kernel), dtype=np.float32)
        found = SCALE * cho_solve(cho_factor(regular, lower=True, overwrite_a=True), aims)
        # As it is kept: with a head from the disk and one just learned everything is decided alike.
        weights = (rows.T @ found).astype(np.float16).astype(np.float32)
        fits.append(_Fit(_forms(reads.vectors, found), words, weights))
    return fits


def _forms(vectors: Matrix, found: Matrix) -> Forms:
    """Return the quadratic forms of a sum of squared cosines: for each label the strongest directions of its matrix."""
    dimensions = vectors.shape[1]
    most = min(DIRECTIONS, dimensions)
    directions = np.zeros((found.shape[1], most, dimensions), dtype=np.float32)
    weights = np.zeros((found.shape[1], most), dtype=np.float32)
    for label in range(found.shape[1]):
        values, columns = np.linalg.eigh((vectors * found[:, label : label + 1]).T @ vectors)
        strongest = np.argsort(-np.abs(values))[:most]
        directions[label], weights[label] = columns[:, strongest].T, values[strongest]
    return Forms(directions.astype(np.float16).astype(np.float32), weights)


def _unseen_logits(
    reads: Reads, targets: NDArray[Any], folds: list[Any], width: int
) -> dict[float, NDArray[np.float64]]:
    """Return for each strength the logits of models that saw neither an example nor its business."""
    logits = {strength: np.zeros((len(targets), width)) for strength in STRENGTHS}
    for seen, unseen in folds:
        fits = _fitted(_part(reads, seen), targets[seen], width, STRENGTHS)
        for strength, fit in zip(STRENGTHS, fits, strict=True):
            logits[strength][unseen] = fit.logits(_part(reads, unseen))
    return logits


def _part(reads: Reads, places: NDArray[Any]) -> Reads:
    return Reads(
        reads.vectors[places],
        tuple(reads.windows[place] for place in places),
        tuple(reads.texts[place] for place in places),
    )
