"""Knowledge folders: one for each content hash, built beside the old one, switched by a pointer, then only read."""

import hashlib
import json
import shutil
import time
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path

from knowledge.atomic import build_folder, write_file
from knowledge.encoder.protocol import Encoder
from knowledge.errors import PartUnavailable
from knowledge.index import HNSW, Index, write_index
from knowledge.lexical import Lexical, write_lexical
from knowledge.policies import Passage, cut, load_policies

LONGEST_BUILD_S = 3600
FORMAT = 2  # raised when what is written into a folder changes
MEND = "Run `python -m knowledge build`."


@dataclass(frozen=True)
class Library:
    """One opened knowledge folder."""

    content: str
    index: Index
    lexical: Lexical
    stating: Mapping[str, list[str]]  # rule id -> ids of the passages of articles that state it


def load_passages() -> list[Passage]:
    """Return all passages of the articles in knowledge/policies."""
    return [passage for policy in load_policies() for passage in cut(policy)]


def content_hash(passages: Sequence[Passage], encoder_identity: str) -> str:
    """Return the name of the folder that these passages and this encoder make."""
    digest = hashlib.sha256(json.dumps([FORMAT, HNSW, encoder_identity], sort_keys=True).encode())
    for passage in passages:
        digest.update(passage.model_dump_json().encode())
    return digest.hexdigest()[:16]


def ensure_library(root: Path, passages: Sequence[Passage], encoder: Encoder) -> Library:
    """Open the folder of these passages; build it first where it is absent, and anew where it is damaged.

    `root/current` then names it. The folder that was current before stays for processes that still read it.
    """
    content = content_hash(passages, encoder.identity)
    folder = root / content
    try:
        library = open_library(folder)
    except PartUnavailable:
        shutil.rmtree(folder, ignore_errors=True)
        _build(folder, passages, encoder)
        library = open_library(folder)
    previous = _current(root)
    if previous != content:
        write_file(root / "current", content + "\n")
        _forget_all_but(root, {content, previous})
    return library


def _forget_all_but(root: Path, kept: Set[str | None]) -> None:
    """Remove older folders, and what killed builds left behind unless it may still be under way."""
    for folder in root.iterdir():
        under_way = folder.name.startswith(".") and time.time() - folder.stat().st_mtime < LONGEST_BUILD_S
        if folder.is_dir() and folder.name not in kept and not under_way:
            shutil.rmtree(folder, ignore_errors=True)


def open_library(folder: Path) -> Library:
    """Open one knowledge folder as it is; raises PartUnavailable when it is missing, half or damaged."""
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        rows, probe, stating = int(manifest["rows"]), manifest["probe"], dict(manifest["stating"])
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise PartUnavailable("index", "no finished knowledge folder", MEND) from problem
    index = Index(folder / "chroma")
    if index.size != rows:
        index.close()
        raise PartUnavailable("index", f"{index.size} of {rows} rows", MEND)
    _answer_probe(index, probe)
    return Library(content=folder.name, index=index, lexical=Lexical(folder / "lexical"), stating=stating)


def _answer_probe(index: Index, probe: dict[str, object] | None) -> None:
    """A store can open and still have lost its vectors: ask for one passage by its own vector."""
    import numpy as np

    if probe is None:
        return
    found = index.nearest(np.asarray(probe["vector"], dtype=np.float32), 1)
    if not found or found[0][1] < 0.999:
        raise PartUnavailable("index", "the vector store answers wrongly", MEND)


def _build(folder: Path, passages: Sequence[Passage], encoder: Encoder) -> None:
    views = [passage.views() for passage in passages]
    vectors = encoder.encode([view for texts in views for view in texts])

    def fill(workshop: Path) -> None:
        write_index(workshop / "chroma", passages, vectors)
        (workshop / "lexical").mkdir()
        write_lexical(workshop / "lexical", [passage.id for passage in passages], [" ".join(texts) for texts in views])
        probe = {"vector": [float(number) for number in vectors[0]]} if len(passages) else None
        manifest = {
            "format": FORMAT,
            "rows": sum(len(texts) for texts in views),
            "encoder": encoder.identity,
            "probe": probe,
            "stating": _stating(passages),
        }
        (workshop / "manifest.json").write_text(json.dumps(manifest) + "\n", encoding="utf-8")

    build_folder(folder, fill)


def _stating(passages: Sequence[Passage]) -> dict[str, list[str]]:
    rules = sorted({rule for passage in passages for rule in passage.rules})
    return {rule: [passage.id for passage in passages if rule in passage.rules] for rule in rules}


def _current(root: Path) -> str | None:
    try:
        return (root / "current").read_text(encoding="utf-8").strip()
    except OSError:
        return None
