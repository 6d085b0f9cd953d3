"""One knowledge folder: the passages, and everything by which they are found. Written once, then only read."""

import json
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from knowledge.atomic import hold
from knowledge.checksums import sums_of, verify
from knowledge.encoder.protocol import Encoder, Vectors
from knowledge.errors import PartUnavailable
from knowledge.index import CHANGING, Index, Nearest, write_index
from knowledge.lexical import Lexical, write_lexical
from knowledge.policies import Passage

ROWS_A_PASSAGE = 3  # asked of the index at first for each passage wanted
MANIFEST = "manifest.json"  # whoever reads the folder holds it
MEND = "Run `python -m knowledge build`."


@dataclass(frozen=True)
class Library:
    """Passages by their place, and their rows: a passage has one row for each of its views (see Passage.views).

    vectors: float32, shape (rows, dimensions), memory-mapped; owners: the place of each row's passage, ascending.
    """

    content: str
    passages: tuple[Passage, ...]
    index: Nearest
    lexical: Lexical
    vectors: Vectors
    owners: NDArray[np.int64]
    stating: Mapping[str, list[int]]  # rule id -> places of the passages of articles that state it
    held: ExitStack  # see open_library

    def nearest(self, vector: Vectors, count: int) -> dict[int, float]:
        """Return up to `count` places with the cosine of their best view, best first; fewer when there are fewer."""
        wanted = ROWS_A_PASSAGE * count
        while True:
            best: dict[int, float] = {}
            for row, cosine in self.index.nearest(vector, wanted):
                best.setdefault(int(self.owners[row]), cosine)
            if len(best) >= count or wanted >= self.index.size:
                return dict(list(best.items())[:count])
            wanted *= 2

    def cosine(self, place: int, vector: Vectors) -> float:
        """Return the exact cosine of a passage's best view to the vector."""
        start, stop = self.owners.searchsorted((place, place + 1))
        return float((self.vectors[start:stop] @ vector).max())

    def close(self) -> None:
        """Let go of the folder."""
        self.index.close()
        self.held.close()


def write_library(folder: Path, passages: Sequence[Passage], encoder: Encoder) -> None:
    """Write a folder; the manifest comes last, so that a half-written one is never taken for whole."""
    views = [passage.views() for passage in passages]
    owners = [place for place, texts in enumerate(views) for _ in texts]
    vectors = encoder.encode([text for texts in views for text in texts])
    write_index(folder / "chroma", vectors, [passages[owner].id for owner in owners])
    (folder / "lexical").mkdir()
    write_lexical(folder / "lexical", [" ".join(texts) for texts in views])
    np.save(folder / "vectors.npy", vectors, allow_pickle=False)
    lines = [passage.model_dump_json() + "\n" for passage in passages]
    (folder / "passages.jsonl").write_text("".join(lines), encoding="utf-8")
    rules = sorted({rule for passage in passages for rule in passage.rules})
    stating = {rule: [place for place, one in enumerate(passages) if rule in one.rules] for rule in rules}
    (folder / "rows.json").write_text(json.dumps({"owners": owners, "stating": stating}) + "\n", encoding="utf-8")
    lasting = [file for file in folder.rglob("*") if file.is_file() and not file.name.startswith(CHANGING)]
    manifest = {"encoder": encoder.identity, "sums": sums_of(folder, lasting)}
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")


def open_library(folder: Path) -> Library:
    """Open one knowledge folder as it is; raises PartUnavailable when it is missing, half or damaged.

    It is held until it is closed: Chroma comes back to its files by their names, so they must not be removed. All sums
    are verified, in 5 ms for 267 passages: on some damaged files Chroma ends the whole process.
    """
    try:
        held = hold(folder / MANIFEST)
    except OSError as problem:
        raise PartUnavailable("index", "no finished knowledge folder", MEND) from problem
    try:
        verify(folder, _sums(folder), "index", MEND)
        library = _open_parts(folder, held)
    except PartUnavailable:
        held.close()
        raise
    try:
        _answers(library)
    except PartUnavailable:
        library.close()
        raise
    return library


def _sums(folder: Path) -> dict[str, str]:
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        return {str(name): str(expected) for name, expected in manifest["sums"].items()}
    except Exception as problem:  # what damaged bytes raise is no closed set
        raise PartUnavailable("index", "no finished knowledge folder", MEND) from problem


def _open_parts(folder: Path, held: ExitStack) -> Library:
    try:
        rows = json.loads((folder / "rows.json").read_text(encoding="utf-8"))
        owners, stating = np.asarray(rows["owners"], dtype=np.int64), dict(rows["stating"])
        lines = (folder / "passages.jsonl").read_text(encoding="utf-8").splitlines()
        passages = tuple(Passage.model_validate_json(line) for line in lines)
        # A plain view of the map: each slice of numpy's own kind costs as much as the product with it.
        vectors = np.load(folder / "vectors.npy", mmap_mode="r", allow_pickle=False).view(np.ndarray)
    except Exception as problem:  # as above; an emptied array is an EOFError
        raise PartUnavailable("index", "passages or vectors are damaged", MEND) from problem
    lexical, index = Lexical(folder / "lexical"), Index(folder / "chroma")
    return Library(folder.name, passages, index, lexical, vectors, owners, stating, held)


def _answers(library: Library) -> None:
    """A store can open and still have lost rows or vectors: count, and ask each half one question."""
    index, vectors, owners, passages = library.index, library.vectors, library.owners, library.passages
    if not index.size == len(vectors) == len(owners):
        raise PartUnavailable("index", f"{index.size} of {len(owners)} rows", MEND)
    if len(owners) == 0:
        return
    if owners[-1] != len(passages) - 1:
        raise PartUnavailable("index", "passages are missing", MEND)
    found = index.nearest(vectors[0], 1)
    if not found or found[0][1] < 0.999:
        raise PartUnavailable("index", "the vector store answers wrongly", MEND)
    try:
        places = library.lexical.best(passages[0].text, len(passages))
    except Exception as problem:  # bm25s opens nearly anything and fails when it is asked
        raise PartUnavailable("index", "the lexical index does not answer", MEND) from problem
    if library.lexical.size != len(passages) or max(places, default=0) >= len(passages):
        raise PartUnavailable("index", "the lexical index is of other passages", MEND)
