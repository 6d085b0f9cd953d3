"""Which encoder serves: the export of all-MiniLM-L6-v2, or the reference where another encoder is named."""

import logging
from pathlib import Path

from knowledge.atomic import clear_workshops, locked, remove_folder
from knowledge.checksums import verify
from knowledge.encoder.protocol import Encoder
from knowledge.encoder.reference import ReferenceEncoder
from knowledge.encoder.serving import MEND, ServingEncoder
from knowledge.encoder.weights import MINILM_SHA256, minilm_folder
from knowledge.errors import PartUnavailable

FORMAT = 2  # raised when the graph that export.py writes changes
EXPORT_NAME = f"all-MiniLM-L6-v2-{MINILM_SHA256[:12]}-{FORMAT}"


def open_encoder(var: Path, named: str | None = None, threads: int | None = None) -> Encoder:
    """Return the encoder that serves.

    `named` is a folder or a hub name from TRIAGE_ENCODER; without it the exported default is opened, and exported
    first where that has not been done. `threads` holds for the exported one; None means all cores.
    Raises PartUnavailable, also for an export that is not whole: that is left to `mend_encoder`.
    """
    folder = var / "encoder" / EXPORT_NAME
    if named or folder.exists():
        return existing_encoder(var, named, threads)
    return _export_or_reference(folder, threads)


def existing_encoder(var: Path, named: str | None = None, threads: int | None = None) -> Encoder:
    """Return the encoder that serves, but export nothing; raises PartUnavailable."""
    return ReferenceEncoder(named) if named else _open_export(var, threads)


def inspect_encoder(var: Path, named: str | None = None) -> str:
    """Say which encoder serves, examined to the last byte; raises PartUnavailable where none could."""
    if named:
        return ReferenceEncoder(named).identity[:12]
    encoder = _open_export(var, None)
    verify(var / "encoder" / EXPORT_NAME, encoder.sums, "encoder", MEND)
    return f"{EXPORT_NAME}, {encoder.dimensions} dimensions"


def mend_encoder(var: Path) -> None:
    """Remove an export that is not whole, so that it is made anew; raises PartUnavailable where that can't be."""
    folder = var / "encoder" / EXPORT_NAME
    with locked(folder.parent / ".lock"):
        clear_workshops(folder.parent)
        if not folder.exists():
            return
        try:
            inspect_encoder(var)
        except PartUnavailable:
            minilm_folder()  # what can't be made anew is not removed
            remove_folder(folder)


def _open_export(var: Path, threads: int | None) -> ServingEncoder:
    folder = var / "encoder" / EXPORT_NAME
    if not folder.exists():
        minilm_folder()
        raise PartUnavailable("encoder", "not exported yet", MEND)
    return ServingEncoder(folder, threads)


def _export_or_reference(folder: Path, threads: int | None) -> Encoder:
    from knowledge.encoder.export import export

    source = minilm_folder()
    folder.parent.mkdir(parents=True, exist_ok=True)  # here, so that a wrong TRIAGE_VAR is not a failed export
    reference = ReferenceEncoder(source)
    try:
        export(reference, source, folder)
    except Exception as problem:
        # Broad on purpose: the exporter is absent without the extra `build`, and each version of torch, onnx and
        # onnxscript fails in kinds of its own. The reference gives the same vectors, slower.
        logging.getLogger(__name__).warning("No export (%r): the slower reference encoder serves.", problem)
        return reference
    return ServingEncoder(folder, threads)
