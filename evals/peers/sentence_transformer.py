"""The yardstick of the latency benchmark: `SentenceTransformer.encode` of one text, as anybody would call it."""

from pathlib import Path

from knowledge.encoder.protocol import Vectors
from knowledge.encoder.reference import ReferenceEncoder


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
