"""Knowledge folders of any number of passages, built once by the project's own writer and kept under var/bench."""

import hashlib
import json
import math
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import numpy as np

from evals.bench import synthetic
from evals.statistics.estimate import Estimate
from evals.statistics.resampling import mean_estimate
from knowledge.atomic import build_folder, locked
from knowledge.encoder.protocol import Encoder, Vectors
from knowledge.errors import PartUnavailable
from knowledge.index import HNSW
from knowledge.library import Library, open_library, write_library
from knowledge.policies import Passage
from knowledge.search import CANDIDATES
from knowledge.store import FORMAT, content_hash, ensure_library, load_passages

DEPTH = 5  # of recall
TIE = 1e-6  # cosines closer than this are one: float32 sums differ by their order
Said = Callable[[str], None]


@dataclass(frozen=True)
class BenchLibrary:
    """An open library; seconds of its opening, and of its building where it was built now."""

    library: Library
    open_s: float
    build_s: float | None


class Libraries:
    """Opens libraries by their number of passages; `close` closes them all."""

    def __init__(self, var: Path, encoder: Encoder, say: Said) -> None:
        self.var, self._encoder, self._say = var, encoder, say
        self._real = load_passages()
        self._mixing: synthetic.MixingEncoder | None = None
        self._opened: list[Library] = []

    def __enter__(self) -> "Libraries":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        for library in self._opened:
            library.close()

    def open(self, count: int) -> BenchLibrary:
        """Return the library of this many passages; it is built first where that has not been done."""
        folder = self.folder(count)
        build_s = None
        with locked(folder.parent / ".lock"):
            try:
                opened = _open(folder)
            except PartUnavailable:
                build_s = self._build(folder, count)
                opened = _open(folder)
        self._opened.append(opened.library)
        return BenchLibrary(opened.library, opened.open_s, build_s)

    def folder(self, count: int) -> Path:
        """Return where that library is: everything that it is made of is in the name."""
        digest = hashlib.sha256(Path(synthetic.__file__).read_bytes() + synthetic.TEXTS.read_bytes())
        digest.update(json.dumps([FORMAT, HNSW, content_hash(self._real, self._encoder.identity)]).encode())
        return self.var / "bench" / f"{count}-{digest.hexdigest()[:16]}"

    def _build(self, folder: Path, count: int) -> float:
        self._say(f"building a library of {count:,} passages")
        started = time.perf_counter()
        passages, encoder = synthetic.bench_passages(self._real, count), self._stand_in()
        for older in folder.parent.glob(f"{count}-*"):
            shutil.rmtree(older, ignore_errors=True)
        build_folder(folder, lambda workshop: write_library(workshop, passages, encoder), replace=True)
        return time.perf_counter() - started

    def _stand_in(self) -> synthetic.MixingEncoder:
        if self._mixing is None:
            self._say(f"encoding {synthetic.BASE_TEXTS:,} texts")
            own = ensure_library(self.var / "knowledge", self._real, self._encoder)
            known = dict(zip(_views(own.passages), own.vectors, strict=True))
            own.close()
            made = synthetic.base_texts()
            known |= dict(zip(made, self._encoder.encode(made), strict=True))
            self._mixing = synthetic.MixingEncoder(known, self._encoder.identity)
        return self._mixing


def recall(library: Library, questions: Sequence[Vectors]) -> Estimate:
    """Return the recall@5 of the dense index as the search asks it, against an exact search over all rows.

    Each question (shape (dimensions,)) counts the share of its exact five passages that are among the five found; one
    as near as the fifth counts as well. Averaged over the questions.
    """
    return mean_estimate([_recall(library, question) for question in questions])


def _recall(library: Library, question: Vectors) -> float:
    starts = np.searchsorted(library.owners, np.arange(len(library.passages)))
    exact = np.maximum.reduceat(np.asarray(library.vectors) @ question, starts)
    depth = min(DEPTH, len(exact))
    bound = np.partition(exact, -depth)[-depth] - TIE
    found = list(library.nearest(question, CANDIDATES))[:depth]
    return math.fsum(bool(exact[place] >= bound) for place in found) / depth


def _open(folder: Path) -> BenchLibrary:
    started = time.perf_counter()
    library = open_library(folder)
    return BenchLibrary(library, time.perf_counter() - started, None)


def _views(passages: Sequence[Passage]) -> list[str]:
    return [view for passage in passages for view in passage.views()]
