"""The classifier head: plain arrays on top of the encoder's vectors. Made by learn.py, read here, never a pickle."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge.errors import PartUnavailable
from knowledge.reading import Reads
from knowledge.words import WordFeatures

HEADS = Path(__file__).parent / "heads"
MEND = "Run `python -m knowledge learn`."


@dataclass(frozen=True)
class Head:
    """Linear weights for each label "category/topic", a bias and the temperature that calibrates them.

    weights: float32, shape (labels, dimensions); bias: float32, shape (labels,). A head that also knows words has
    word_weights: float32, shape (words, labels).
    """

    labels: tuple[str, ...]
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]
    temperature: float
    telling_words: frozenset[str]
    manifest: dict[str, Any]
    words: WordFeatures | None = None
    word_weights: NDArray[np.float32] | None = None

    @property
    def categories(self) -> tuple[str, ...]:
        """Return the categories in order of first label."""
        return tuple(dict.fromkeys(label.split("/")[0] for label in self.labels))

    def label_probabilities(self, reads: Reads) -> NDArray[np.float64]:
        """Return calibrated probabilities of the labels, shape (texts, labels); each row sums to 1."""
        logits = (reads.vectors @ self.weights.T + self.bias).astype(np.float64)
        if self.words is not None and self.word_weights is not None:
            for row, text in enumerate(reads.texts):
                places, weights = self.words.row(text)
                logits[row] += weights @ self.word_weights[places]
        logits /= self.temperature
        logits -= logits.max(axis=1, keepdims=True)
        odds = np.exp(logits)
        total: NDArray[np.float64] = odds.sum(axis=1, keepdims=True)
        return np.asarray(odds / total)

    def membership(self) -> NDArray[np.float64]:
        """Return the 0/1 matrix (labels, categories) that sums labels up to their categories."""
        categories = self.categories
        matrix = np.zeros((len(self.labels), len(categories)))
        for row, label in enumerate(self.labels):
            matrix[row, categories.index(label.split("/")[0])] = 1
        return matrix


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
        weights = np.load(folder / "weights.npy", allow_pickle=False)
        bias = np.load(folder / "bias.npy", allow_pickle=False)
        words = frozenset((folder / "telling_words.txt").read_text(encoding="utf-8").split())
        labels = tuple(manifest["labels"])
        temperature = float(manifest["temperature"])
        if weights.ndim != 2 or len(weights) != len(labels) or bias.shape != (len(labels),):
            raise ValueError("shapes differ")
        known, word_weights = _load_words(folder, len(labels)) if manifest.get("words") else (None, None)
    except Exception as problem:  # what damaged bytes raise is no closed set; an emptied array is an EOFError
        raise PartUnavailable("classifier", f"the head in {folder} is damaged", MEND) from problem
    return Head(labels, weights, bias, temperature, words, manifest, known, word_weights)


def save_head(folder: Path, head: Head) -> None:
    """Write a head's arrays and manifest into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / "weights.npy", head.weights, allow_pickle=False)
    np.save(folder / "bias.npy", head.bias, allow_pickle=False)
    (folder / "telling_words.txt").write_text("\n".join(sorted(head.telling_words)) + "\n", encoding="utf-8")
    if head.words is not None and head.word_weights is not None:
        (folder / "words.txt").write_text("\n".join(head.words.places) + "\n", encoding="utf-8")
        np.save(folder / "idf.npy", head.words.idf, allow_pickle=False)
        np.save(folder / "word_weights.npy", head.word_weights.astype(np.float16), allow_pickle=False)
    (folder / "manifest.json").write_text(json.dumps(head.manifest, indent=2) + "\n", encoding="utf-8")


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
