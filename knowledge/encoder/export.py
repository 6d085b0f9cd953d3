"""Exports the reference encoder once, at set-up: transformer, mean pooling and normalisation as one ONNX graph."""

import contextlib
import io
import json
import logging
import shutil
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from knowledge.atomic import build_folder
from knowledge.checksums import sums_of
from knowledge.encoder.reference import ReferenceEncoder
from knowledge.encoder.serving import FILES, ServingEncoder
from knowledge.errors import PartUnavailable

# What the two must agree to on the probe texts before an export is accepted.
LOWEST_COSINE = 0.9999
PROBES = (
    "refund",
    "Where is my order?",
    "My parcel was due on Monday. " * 40,
    "Ünïcödé 12,50 € ???",
    "a\nb\tc",
)


def export(reference: ReferenceEncoder, source: Path, target: Path) -> None:
    """Write model.onnx, tokenizer.json and manifest.json to `target`, checked against the reference.

    Raises PartUnavailable when the model is not of the kind that can be exported (mean pooling, then length 1).
    """
    if _pooling(source) != "mean":
        raise PartUnavailable("encoder", "no export for this kind of pooling", "The reference encoder serves it.")

    def fill(folder: Path) -> None:
        _write_graph(reference, folder / "model.onnx")
        shutil.copyfile(source / "tokenizer.json", folder / "tokenizer.json")
        manifest = {
            "identity": reference.identity,
            "dimensions": reference.dimensions,
            "window": reference.window,
            "model": "sentence-transformers/all-MiniLM-L6-v2",
            "licence": "Apache-2.0",
            "sums": sums_of(folder, (folder / name for name in FILES)),
        }
        (folder / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
        _compare(reference, ServingEncoder(folder))

    build_folder(target, fill)


def _pooling(source: Path) -> str:
    config = json.loads((source / "1_Pooling" / "config.json").read_text(encoding="utf-8"))
    chosen = [name for name, on in config.items() if name.startswith("pooling_mode_") and on is True]
    return "mean" if chosen == ["pooling_mode_mean_tokens"] else "other"


def _write_graph(reference: ReferenceEncoder, file: Path) -> None:
    import torch

    class MeanPooled(torch.nn.Module):
        """Token vectors averaged over the mask and brought to length 1."""

        def __init__(self, transformer: Any) -> None:
            super().__init__()
            self.transformer = transformer

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            tokens = self.transformer(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
            mask = attention_mask.unsqueeze(-1).to(tokens.dtype)
            pooled = (tokens * mask).sum(1) / mask.sum(1).clamp(min=1e-9)
            return torch.nn.functional.normalize(pooled, dim=1)

    transformer = reference.model[0].auto_model
    module = MeanPooled(transformer).eval()
    example = (torch.ones((2, 9), dtype=torch.int64), torch.ones((2, 9), dtype=torch.int64))
    batch, length = torch.export.Dim("batch", min=1), torch.export.Dim("length", min=1, max=reference.window)
    shapes = ({0: batch, 1: length}, {0: batch, 1: length})
    with _quiet(), _plain_attention(transformer):
        torch.onnx.export(
            module,
            example,
            str(file),
            input_names=["input_ids", "attention_mask"],
            output_names=["vectors"],
            dynamic_shapes=shapes,
            dynamo=True,
            external_data=False,
        )


@contextlib.contextmanager
def _plain_attention(transformer: Any) -> Iterator[None]:
    """Attention as plain products: torch's fused kind comes out as a graph that takes a third longer on long texts."""
    before = transformer.config._attn_implementation
    transformer.set_attn_implementation("eager")
    try:
        yield
    finally:
        transformer.set_attn_implementation(before)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """The exporter reports progress on standard output, warns of its own deprecations and misses torchvision aloud."""
    logger = logging.getLogger("torch.onnx")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)


def _compare(reference: ReferenceEncoder, serving: ServingEncoder) -> None:
    cosines = np.sum(reference.encode(PROBES) * serving.encode(PROBES), axis=1)
    if float(cosines.min()) < LOWEST_COSINE:
        raise PartUnavailable("encoder", "the export differs from its source", "The reference encoder serves it.")
