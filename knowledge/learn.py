"""Examples to a calibrated classifier head. Needs scikit-learn (extra `build`); serving does not.

One logistic regression over all labels "category/topic", on the encoder's vectors with the words beside them. A
category's probability is the sum over its topics. Strength of regularisation and temperature are fitted on tickets that
the head did not see: whole lines of business are left out in turn, so that confidence is honest for shops of a kind
that no example is about.
"""

import collections
import math
import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge.encoder.protocol import Encoder
from knowledge.examples import Example, examples_hash
from knowledge.head import Head
from knowledge.reading import Reads, read
from knowledge.words import WordFeatures, known_words

STRENGTHS = (3.0, 10.0)  # inverse regularisation tried
FOLDS = 5
TELLING_WORDS = 400
SEED = 20261124


def learn(examples: Sequence[Example], encoder: Encoder) -> Head:
    """Return the head learned from all examples, its confidence calibrated by leaving businesses out."""
    telling = telling_words(examples)
    reads = read([example.text for example in examples], encoder, telling)
    labels = tuple(sorted({example.label for example in examples}))
    targets = np.array([labels.index(example.label) for example in examples])
    folds = _folds(examples)
    unseen = {strength: _unseen_logits(reads, targets, folds, strength, len(labels)) for strength in STRENGTHS}
    fits = {strength: _temperature(logits, targets, labels) for strength, logits in unseen.items()}
    strength = min(STRENGTHS, key=lambda candidate: fits[candidate][1])
    temperature = fits[strength][0]
    words = known_words(reads.texts)
    model = _fit(_features(reads, words), targets, strength)
    metrics = _metrics(unseen[strength] / temperature, targets, labels)
    manifest: dict[str, Any] = {
        "labels": list(labels),
        "encoder": encoder.identity,
        "examples": len(examples),
        "examples_sha256": examples_hash(examples),
        "strength": strength,
        "temperature": temperature,
        "words": len(words.places),
        "unseen_businesses": metrics,
    }
    return Head(
        labels=labels,
        weights=model.coef_[:, : encoder.dimensions].astype(np.float32),
        bias=model.intercept_.astype(np.float32),
        temperature=temperature,
        telling_words=telling,
        manifest=manifest,
        words=words,
        # As it is kept: with a head from the disk and one just learned everything is decided alike.
        word_weights=model.coef_[:, encoder.dimensions :].T.astype(np.float16).astype(np.float32),
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


def _folds(examples: Sequence[Example]) -> list[tuple[NDArray[Any], NDArray[Any]]]:
    from sklearn.model_selection import GroupKFold, StratifiedKFold

    businesses = [example.business for example in examples]
    places = np.zeros(len(examples))
    if len(set(businesses)) >= FOLDS:
        return list(GroupKFold(FOLDS).split(places, groups=businesses))
    splitter = StratifiedKFold(FOLDS, shuffle=True, random_state=SEED)
    return list(splitter.split(places, [example.label for example in examples]))


def _features(reads: Reads, words: WordFeatures) -> Any:
    """Return vectors and word features side by side, sparse, shape (texts, dimensions + words)."""
    from scipy.sparse import csr_matrix, hstack

    rows = [words.row(text) for text in reads.texts]
    ends = np.cumsum([0, *(len(places) for places, _ in rows)])
    parts = (np.concatenate([weights for _, weights in rows]), np.concatenate([places for places, _ in rows]), ends)
    return hstack([reads.vectors.astype(np.float64), csr_matrix(parts, shape=(len(rows), len(words.places)))]).tocsr()


def _fit(features: Any, targets: NDArray[Any], strength: float) -> Any:
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=strength, max_iter=2000, class_weight="balanced")
    return model.fit(features, targets)


def _unseen_logits(
    reads: Reads, targets: NDArray[Any], folds: list[Any], strength: float, width: int
) -> NDArray[np.float64]:
    """Return for each example the logits of a model that saw neither it nor its business, shape (examples, labels)."""
    logits = np.full((len(targets), width), -30.0)
    for seen, unseen in folds:
        words = known_words([reads.texts[place] for place in seen])
        features = _features(reads, words)
        model = _fit(features[seen], targets[seen], strength)
        logits[np.ix_(unseen, model.classes_)] = model.decision_function(features[unseen])
    return logits


def _by_category(logits: NDArray[np.float64], labels: tuple[str, ...]) -> NDArray[np.float64]:
    head = Head(labels, np.eye(len(labels), dtype=np.float32), np.zeros(len(labels), np.float32), 1.0, frozenset(), {})
    odds = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray((odds / odds.sum(axis=1, keepdims=True)) @ head.membership())


def _temperature(logits: NDArray[np.float64], targets: NDArray[Any], labels: tuple[str, ...]) -> tuple[float, float]:
    """Return the temperature with the lowest log loss of the category, and that loss."""
    categories = [label.split("/")[0] for label in labels]
    order = list(dict.fromkeys(categories))
    truth = np.array([order.index(categories[target]) for target in targets])

    def loss(temperature: float) -> float:
        chosen = _by_category(logits / temperature, labels)[np.arange(len(truth)), truth]
        return float(-np.log(np.clip(chosen, 1e-12, None)).mean())

    best = min(np.geomspace(0.2, 5.0, 161), key=loss)
    return round(float(best), 4), loss(float(best))


def _metrics(logits: NDArray[np.float64], targets: NDArray[Any], labels: tuple[str, ...]) -> dict[str, float]:
    probabilities = _by_category(logits, labels)
    categories = [label.split("/")[0] for label in labels]
    order = list(dict.fromkeys(categories))
    truth = np.array([order.index(categories[target]) for target in targets])
    right = probabilities.argmax(axis=1) == truth
    confidence = probabilities.max(axis=1)
    bins = np.minimum((confidence * 10).astype(int), 9)
    gaps = [abs(right[bins == b].mean() - confidence[bins == b].mean()) * (bins == b).mean() for b in set(bins)]
    return {
        "category_accuracy": round(float(right.mean()), 4),
        "topic_accuracy": round(float((logits.argmax(axis=1) == targets).mean()), 4),
        "log_loss": round(float(-np.log(probabilities[np.arange(len(truth)), truth]).mean()), 4),
        "calibration_error": round(float(sum(gaps)), 4),
    }
