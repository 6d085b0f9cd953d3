"""The classifier head: plain arrays on top of the encoder's vectors. Made by learn.py, read here, never a pickle."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge.encoder.protocol import Vectors
from knowledge.errors import PartUnavailable
from knowledge.reading import Reads
from knowledge.words import WordFeatures

HEADS = Path(__file__).parent / "heads"
MEND = "Run `python -m knowledge learn`."


@dataclass(frozen=True)
class Linear:
    """Weights of the vector, float32, shape (labels, dimensions), and a bias, float32, shape (labels,)."""

    weights: NDArray[np.float32]
    bias: NDArray[np.float32]

    def of(self, vectors: Vectors) -> NDArray[np.float32]:
        """Return what the vectors say of the labels, shape (texts, labels)."""
        return np.asarray(vectors @ self.weights.T + self.bias)


@dataclass(frozen=True)
class Forms:
    """A quadratic form of the vector for each label: weighted squares along its strongest directions.

    directions: float32, shape (labels, directions, dimensions); weights: float32, shape (labels, directions).
    """

    directions: NDArray[np.float32]
    weights: NDArray[np.float32]

    def of(self, vectors: Vectors) -> NDArray[np.float32]:
        """Return what the vectors say of the labels, shape (texts, labels)."""
        labels, each, dimensions = self.directions.shape
        along = vectors @ self.directions.reshape(labels * each, dimensions).T
        squares = (along * along).reshape(len(vectors), labels, each)
        return np.asarray((squares * self.weights).sum(axis=2))


@dataclass(frozen=True)
class Head:
    """What vectors and words say of each label "category/topic", and the temperature that calibrates it.

    Of vectors a head knows `linear` weights or quadratic `forms`; of words, word_weights: float32, shape (words,
    labels). `doubt` is the share of tickets that are unlike anything learned from: for them any label is as likely.
    """

    labels: tuple[str, ...]
    temperature: float
    telling_words: frozenset[str]
    manifest: dict[str, Any]
    linear: Linear | None = None
    forms: Forms | None = None
    words: WordFeatures | None = None
    word_weights: NDArray[np.float32] | None = None
    doubt: float = 0.0

    @property
    def categories(self) -> tuple[str, ...]:
        """Return the categories in order of first label."""
        return tuple(dict.fromkeys(label.split("/")[0] for label in self.labels))

    def label_probabilities(self, reads: Reads) -> NDArray[np.float64]:
        """Return calibrated probabilities of the labels, shape (texts, labels); each row sums to 1."""
        logits = np.zeros((len(reads.vectors), len(self.labels)))
        for known in (self.linear, self.forms):
            if known is not None:
                logits += known.of(reads.vectors)
        if self.words is not None and self.word_weights is not None:
            for row, text in enumerate(reads.texts):
                places, weights = self.words.row(text)
                logits[row] += weights @ self.word_weights[places]
        return calibrated(logits, self.temperature, self.doubt)

    def membership(self) -> NDArray[np.float64]:
        """Return the 0/1 matrix (labels, categories) that sums labels up to their categories."""
        categories = self.categories
        matrix = np.zeros((len(self.labels), len(categories)))
        for row, label in enumerate(self.labels):
            matrix[row, categories.index(label.split("/")[0])] = 1
        return matrix


def calibrated(logits: NDArray[np.float64], temperature: float, doubt: float) -> NDArray[np.float64]:
    """Return probabilities, shape (texts, labels); each row sums to 1."""
    odds = np.exp((logits - logits.max(axis=1, keepdims=True)) / temperature)
    sure = odds / odds.sum(axis=1, keepdims=True)
    return np.asarray((1 - doubt) * sure + doubt / logits.shape[1])


def newest_head() -> str:
    """Return the highest committed version, such as "v2"."""
    return max((folder.name for folder in HEADS.glob("v*")), key=lambda name: int(name[1:]))


def head_folder(version: str, encoder_identity: str, var: Path) -> Path:
    """Return where the head of this version is for this encoder: committed for the default, else beside the index."""
    committed = HEADS / version
    if _manifest(committed).get("encoder") == encoder_identity:
        return committed
    return var / "heads" / f"{version}-{encoder_identity[:12]}"


def load_head(folder: Path, encoder_identity: str) -> Head:
    """Open a head; raises PartUnavailable when it is missing, damaged or was learned with another encoder."""
    manifest = _manifest(folder)
    if not manifest:
        raise PartUnavailable("classifier", f"no head in {folder}", MEND)
    if manifest.get("encoder") != encoder_identity:
        raise PartUnavailable("classifier", "the head was learned with another encoder", MEND)
    try:
        labels = tuple(manifest["labels"])
        known, word_weights = _load_words(folder, len(labels)) if manifest.get("words") else (None, None)
        return Head(
            labels=labels,
            temperature=float(manifest["temperature"]),
            telling_words=frozenset((folder / "telling_words.txt").read_text(encoding="utf-8").split()),
            manifest=manifest,
            linear=None if manifest.get("directions") else _load_linear(folder, len(labels)),
            forms=_load_forms(folder, len(labels)) if manifest.get("directions") else None,
            words=known,
            word_weights=word_weights,
            doubt=float(manifest.get("doubt", 0.0)),
        )
    except Exception as problem:  # what damaged bytes raise is no closed set; an emptied array is an EOFError
        raise PartUnavailable("classifier", f"the head in {folder} is damaged", MEND) from problem


def save_head(folder: Path, head: Head) -> None:
    """Write a head's arrays and manifest into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    if head.linear is not None:
        np.save(folder / "weights.npy", head.linear.weights, allow_pickle=False)
        np.save(folder / "bias.npy", head.linear.bias, allow_pickle=False)
    if head.forms is not None:
        np.save(folder / "directions.npy", head.forms.directions.astype(np.float16), allow_pickle=False)
        np.save(folder / "direction_weights.npy", head.forms.weights, allow_pickle=False)
    (folder / "telling_words.txt").write_text("\n".join(sorted(head.telling_words)) + "\n", encoding="utf-8")
    if head.words is not None and head.word_weights is not None:
        (folder / "words.txt").write_text("\n".join(head.words.places) + "\n", encoding="utf-8")
        np.save(folder / "idf.npy", head.words.idf, allow_pickle=False)
        np.save(folder / "word_weights.npy", head.word_weights.astype(np.float16), allow_pickle=False)
    (folder / "manifest.json").write_text(json.dumps(head.manifest, indent=2) + "\n", encoding="utf-8")


def _load_linear(folder: Path, labels: int) -> Linear:
    weights = np.load(folder / "weights.npy", allow_pickle=False)
    bias = np.load(folder / "bias.npy", allow_pickle=False)
    if weights.ndim != 2 or len(weights) != labels or bias.shape != (labels,):
        raise ValueError("shapes differ")
    return Linear(weights, bias)


def _load_forms(folder: Path, labels: int) -> Forms:
    """Return the quadratic forms; raises ValueError where their shapes differ. Halves are kept on disk."""
    directions = np.load(folder / "directions.npy", allow_pickle=False).astype(np.float32)
    weights = np.load(folder / "direction_weights.npy", allow_pickle=False)
    if directions.ndim != 3 or len(directions) != labels or weights.shape != directions.shape[:2]:
        raise ValueError("shapes differ")
    return Forms(directions, weights)


def _load_words(folder: Path, labels: int) -> tuple[WordFeatures, NDArray[np.float32]]:
    """Return the words and their weights; raises ValueError where they don't fit together. Halves are kept on disk."""
    listed = (folder / "words.txt").read_text(encoding="utf-8").splitlines()
    idf = np.load(folder / "idf.npy", allow_pickle=False)
    weights = np.load(folder / "word_weights.npy", allow_pickle=False).astype(np.float32)
    if idf.shape != (len(listed),) or weights.shape != (len(listed), labels):
        raise ValueError("words and weights differ")
    return WordFeatures({word: place for place, word in enumerate(listed)}, idf), weights


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        found = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
