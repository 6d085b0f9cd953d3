"""The yardstick of the benchmarks: `SentenceTransformer.encode` as anybody would call it, of one text or of many."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from knowledge.encoder.protocol import Vectors
from knowledge.encoder.reference import ReferenceEncoder

THREADS = "OMP_NUM_THREADS"


class PlainEncode:
    """One sentence-transformers model on the CPU, with a fixed number of threads for this whole process."""

    def __init__(self, source: Path | str, threads: int) -> None:
        """Load the model of a folder; raises PartUnavailable when it can't be loaded."""
        model = ReferenceEncoder(source).model
        import torch

        torch.set_num_threads(threads)
        self.threads: int = torch.get_num_threads()
        self._model = model

    def encode(self, text: str) -> Vectors:
        """Return the text's vector, shape (dimensions,); what lies beyond the model's window is not read."""
        vector: Vectors = self._model.encode(text, show_progress_bar=False)
        return vector

    def encode_all(self, texts: Sequence[str], batch: int) -> Vectors:
        """Return the vectors of many texts, shape (len(texts), dimensions), so many at once."""
        vectors: Vectors = self._model.encode(list(texts), batch_size=batch, show_progress_bar=False)
        return vectors

    def processes(self, count: int) -> Any:
        """Start processes with the model in each, which share this one's threads; `end_processes` ends them."""
        before = os.environ.get(THREADS)
        os.environ[THREADS] = str(max(1, self.threads // count))  # torch reads it as a process begins
        try:
            return self._model.start_multi_process_pool(["cpu"] * count)
        finally:
            os.environ.pop(THREADS)
            if before is not None:
                os.environ[THREADS] = before

    def encode_by(self, pool: Any, texts: Sequence[str], batch: int) -> Vectors:
        """Return the vectors of many texts, made by the processes."""
        vectors: Vectors = self._model.encode(list(texts), pool=pool, batch_size=batch, show_progress_bar=False)
        return vectors

    def end_processes(self, pool: Any) -> None:
        """End the processes."""
        self._model.stop_multi_process_pool(pool)
