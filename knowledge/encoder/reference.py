"""The reference encoder: sentence-transformers. It builds, it learns, and it serves encoders that have no export.

Importing it costs seconds and hundreds of megabytes, so nothing here is imported before an instance is made.
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from knowledge.encoder.protocol import Vectors
from knowledge.encoder.weights import INSTALL, folder_identity
from knowledge.errors import PartUnavailable


class ReferenceEncoder:
    """Encodes with a sentence-transformers model, given as a folder or, where a hub is allowed, a hub name."""

    def __init__(self, source: Path | str) -> None:
        try:
            from sentence_transformers import SentenceTransformer
            from transformers.utils.logging import disable_progress_bar
        except ImportError as missing:
            raise PartUnavailable("encoder", "sentence-transformers is not installed", INSTALL) from missing
        disable_progress_bar()  # a bar for 90 MB from disk tells nothing
        folder = Path(source)
        local = folder.is_dir()
        try:
            self.model: SentenceTransformer = SentenceTransformer(str(source), device="cpu", local_files_only=local)
        except (OSError, ValueError) as problem:
            raise PartUnavailable(
                "encoder", f"{source} can't be loaded", "Set TRIAGE_ENCODER to a model folder, or unset it."
            ) from problem
        self.identity = folder_identity(folder) if local else self._state_identity()
        self.dimensions = int(self.model.get_embedding_dimension() or 0)
        self.window = int(self.model.max_seq_length or 512)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See Encoder.encode."""
        if not texts:
            return np.zeros((0, self.dimensions), dtype=np.float32)
        vectors = self.model.encode(list(texts), normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(vectors, dtype=np.float32)

    def token_spans(self, text: str) -> list[tuple[int, int]]:
        """See Encoder.token_spans."""
        encoded = self.model.tokenizer(
            text, add_special_tokens=False, return_offsets_mapping=True, truncation=False, verbose=False
        )
        return [(int(start), int(end)) for start, end in encoded["offset_mapping"]]

    def _state_identity(self) -> str:
        digest = hashlib.sha256()
        for name, tensor in sorted(self.model.state_dict().items()):
            digest.update(name.encode())
            digest.update(tensor.cpu().numpy().tobytes())
        return digest.hexdigest()
