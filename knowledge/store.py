"""Where knowledge folders live: one for each content hash, built beside the old one, switched by a pointer."""

import hashlib
import json
import shutil
import time
from collections.abc import Sequence, Set
from pathlib import Path

from knowledge.atomic import build_folder, write_file
from knowledge.encoder.protocol import Encoder
from knowledge.errors import PartUnavailable
from knowledge.index import HNSW
from knowledge.library import Library, open_library, write_library
from knowledge.policies import Passage, cut, load_policies

LONGEST_BUILD_S = 3600
FORMAT = 3  # raised when what is written into a folder changes


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
        build_folder(folder, lambda workshop: write_library(workshop, passages, encoder))
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


def _current(root: Path) -> str | None:
    try:
        return (root / "current").read_text(encoding="utf-8").strip()
    except OSError:
        return None
