"""Where knowledge folders live: one for each content hash, built beside the old one, switched by a pointer."""

import hashlib
import json
from collections.abc import Sequence, Set
from pathlib import Path

from knowledge.atomic import build_folder, clear_workshops, locked, remove_unless_held, write_file
from knowledge.chroma_http import IndexServer
from knowledge.encoder.protocol import Encoder
from knowledge.errors import PartUnavailable
from knowledge.index import HNSW
from knowledge.index_server import served
from knowledge.library import MANIFEST, MEND, Library, open_library, write_library
from knowledge.policies import Passage, cut, load_policies

FORMAT = 4  # raised when what is written into a folder changes
LOCK = ".lock"


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

    `root/current` then names it. The folder that was current before stays, and so does every one that a process reads.
    """
    content = content_hash(passages, encoder.identity)
    try:
        library = _open(root / content, passages)
    except PartUnavailable:
        library = _build(root / content, passages, encoder)
    if _current(root) != content:
        _switch(root, content)
    return library


def inspect_library(
    root: Path, passages: Sequence[Passage], encoder_identity: str, server: IndexServer | None = None
) -> str:
    """Say what is in the folder of these passages, without making one; raises PartUnavailable when it is not whole.

    A server that is asked in its place has to hold the same.
    """
    folder = root / content_hash(passages, encoder_identity)
    if not folder.exists():
        raise PartUnavailable("index", "not built for these articles", MEND)
    served(_open(folder, passages), server).close()
    return f"{len(passages)} passages in {folder.name}{f' and on {server.address}' if server else ''}"


def _open(folder: Path, passages: Sequence[Passage]) -> Library:
    """A folder's name is only a promise: what it holds is compared with the articles."""
    library = open_library(folder)
    if library.passages != tuple(passages):
        library.close()
        raise PartUnavailable("index", "its passages are not those of the articles", MEND)
    return library


def _build(folder: Path, passages: Sequence[Passage], encoder: Encoder) -> Library:
    with locked(folder.parent / LOCK):
        clear_workshops(folder.parent)
        try:
            return _open(folder, passages)  # another process built it while this one waited
        except PartUnavailable:
            build_folder(folder, lambda workshop: write_library(workshop, passages, encoder), replace=True)
        return _open(folder, passages)


def _switch(root: Path, content: str) -> None:
    with locked(root / LOCK):
        previous = _current(root)
        if previous != content:  # else another process switched while this one waited
            write_file(root / "current", content + "\n")
            _forget_all_but(root, {content, previous})


def _forget_all_but(root: Path, kept: Set[str | None]) -> None:
    for folder in root.iterdir():
        if folder.is_dir() and folder.name not in kept and not folder.name.startswith("."):
            remove_unless_held(folder, MANIFEST)


def _current(root: Path) -> str | None:
    try:
        return (root / "current").read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        return None
