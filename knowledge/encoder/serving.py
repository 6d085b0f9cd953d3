"""The serving encoder: the reference's weights, exported once, through onnxruntime and tokenizers. No torch."""

import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from knowledge.checksums import verify
from knowledge.encoder.protocol import Vectors
from knowledge.errors import PartUnavailable

FILES = ("model.onnx", "tokenizer.json")
# Of a batch, padding counted. More of them fit no core's cache, and short texts would be padded to the long ones'
# length: over slices of 256 tickets 32 texts a batch took half as long again.
TOKENS = 512
LARGEST_VERIFIED = 1_000_000  # bytes; hashing the 91 MB of the model costs a start 60 to 300 ms
MEND = "Run `python -m knowledge build`."


class ServingEncoder:
    """Encodes with an exported model folder: model.onnx, tokenizer.json and manifest.json (see export.py)."""

    def __init__(self, folder: Path, threads: int | None = None) -> None:
        # Else it tells its maker of every session, over the network. Read when it is loaded.
        os.environ["ORT_DISABLE_TELEMETRY"] = "1"
        import onnxruntime
        from tokenizers import Tokenizer

        try:
            manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
            self.identity: str = manifest["identity"]
            self.dimensions: int = manifest["dimensions"]
            self.window: int = manifest["window"]
            self.sums: dict[str, str] = {name: manifest["sums"][name] for name in FILES}
            verify(folder, self.sums, "encoder", MEND, LARGEST_VERIFIED)
            self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
            options = onnxruntime.SessionOptions()
            options.log_severity_level = 3
            if threads is not None:
                options.intra_op_num_threads = threads
            self._session = onnxruntime.InferenceSession(
                str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"]
            )
        except PartUnavailable:
            raise
        except Exception as problem:  # both libraries raise bare Exception types of their own
            raise PartUnavailable("encoder", "the exported model is missing or damaged", MEND) from problem
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See Encoder.encode. Texts of like length share a batch, so that little is spent on padding."""
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        ids = [self._ids(text) for text in texts]
        for positions in of_like_length([len(one) for one in ids]):
            vectors[positions] = self._run([ids[position] for position in positions])
        return vectors

    def token_spans(self, text: str) -> list[tuple[int, int]]:
        """See Encoder.token_spans."""
        return list(self._tokenizer.encode(text, add_special_tokens=False).offsets)

    def _ids(self, text: str) -> list[int]:
        ids: list[int] = self._tokenizer.encode(text).ids
        # The last token closes the sequence and stays when a long text is cut.
        return ids if len(ids) <= self.window else [*ids[: self.window - 1], ids[-1]]

    def _run(self, batch: list[list[int]]) -> Vectors:
        width = max(len(ids) for ids in batch)
        tokens = np.zeros((len(batch), width), dtype=np.int64)
        mask = np.zeros((len(batch), width), dtype=np.int64)
        for row, ids in enumerate(batch):
            tokens[row, : len(ids)] = ids
            mask[row, : len(ids)] = 1
        (vectors,) = self._session.run(None, {"input_ids": tokens, "attention_mask": mask})
        return np.asarray(vectors, dtype=np.float32)


def of_like_length(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Yield positions by length: as many at once as TOKENS allow where each is as long as the longest, at least one."""
    batch: list[int] = []
    for position in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and (len(batch) + 1) * lengths[position] > TOKENS:
            yield batch
            batch = []
        batch.append(position)
    if batch:
        yield batch
