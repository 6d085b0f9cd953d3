"""Vectors of many texts, kept in var/ under the hash of what they were made of: encoding thousands takes long."""

import hashlib
import json
import secrets
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from knowledge.encoder.protocol import Encoder, Vectors


def kept_vectors(encoder: Encoder, texts: Sequence[str], folder: Path) -> Vectors:
    """Return the texts' vectors, shape (len(texts), dimensions); encoded only where no file holds them."""
    content = json.dumps([encoder.identity, *texts], ensure_ascii=True).encode()
    file = folder / f"{hashlib.sha256(content).hexdigest()[:24]}.npy"
    if file.is_file():
        try:
            vectors = np.load(file, allow_pickle=False)
        except (ValueError, OSError, EOFError):  # a damaged file is made anew
            vectors = np.empty((0, 0), dtype=np.float32)
        if vectors.shape == (len(texts), encoder.dimensions):
            return np.asarray(vectors, dtype=np.float32)
    vectors = encoder.encode(texts)
    folder.mkdir(parents=True, exist_ok=True)
    part = file.with_suffix(f".{secrets.token_hex(4)}.part")
    with part.open("wb") as written:
        np.save(written, vectors, allow_pickle=False)
    part.replace(file)  # appears whole: two runs at once don't meet a half-written one
    return vectors
