"""The classifier head: plain arrays on top of the encoder's vectors. Made by learn.py, read here, never a pickle."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge.encoder.protocol import Vectors
from knowledge.errors import PartUnavailable

HEADS = Path(__file__).parent / "heads"
MEND = "Run `python -m knowledge learn`."


@dataclass(frozen=True)
class Head:
    """Linear weights for each label "category/topic", a bias and the temperature that calibrates them.

    weights: float32, shape (labels, dimensions); bias: float32, shape (labels,).
    """

    labels: tuple[str, ...]
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]
    temperature: float
    telling_words: frozenset[str]
    manifest: dict[str, Any]

    @property
    def categories(self) -> tuple[str, ...]:
        """Return the categories in order of first label."""
        return tuple(dict.fromkeys(label.split("/")[0] for label in self.labels))

    def label_probabilities(self, vectors: Vectors) -> NDArray[np.float64]:
        """Return calibrated probabilities of the labels, shape (len(vectors), labels); each row sums to 1."""
        logits = (vectors @ self.weights.T + self.bias).astype(np.float64) / self.temperature
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
    except Exception as problem:  # what damaged bytes raise is no closed set; an emptied array is an EOFError
        raise PartUnavailable("classifier", f"the head in {folder} is damaged", MEND) from problem
    return Head(labels, weights, bias, temperature, words, manifest)


def save_head(folder: Path, head: Head) -> None:
    """Write a head's arrays and manifest into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / "weights.npy", head.weights, allow_pickle=False)
    np.save(folder / "bias.npy", head.bias, allow_pickle=False)
    (folder / "telling_words.txt").write_text("\n".join(sorted(head.telling_words)) + "\n", encoding="utf-8")
    (folder / "manifest.json").write_text(json.dumps(head.manifest, indent=2) + "\n", encoding="utf-8")


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        found = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
