"""Which encoder serves: the export of all-MiniLM-L6-v2, or the reference where another encoder is named."""

from pathlib import Path

from knowledge.encoder.protocol import Encoder
from knowledge.encoder.weights import MINILM_SHA256, minilm_folder
from knowledge.errors import PartUnavailable

EXPORT_NAME = f"all-MiniLM-L6-v2-{MINILM_SHA256[:12]}"


def open_encoder(var: Path, named: str | None = None, threads: int | None = None) -> Encoder:
    """Return the encoder that serves.

    `named` is a folder or a hub name from TRIAGE_ENCODER; without it the exported default is opened, and exported
    first where that has not been done. `threads` holds for the exported one; None means all cores.
    Raises PartUnavailable.
    """
    if named:
        from knowledge.encoder.reference import ReferenceEncoder

        return ReferenceEncoder(named)
    folder = var / "encoder" / EXPORT_NAME
    if not (folder / "manifest.json").is_file():
        return _export_or_reference(folder, threads)
    from knowledge.encoder.serving import ServingEncoder

    return ServingEncoder(folder, threads)


def _export_or_reference(folder: Path, threads: int | None) -> Encoder:
    from knowledge.encoder.export import export
    from knowledge.encoder.reference import ReferenceEncoder
    from knowledge.encoder.serving import ServingEncoder

    source = minilm_folder()
    reference = ReferenceEncoder(source)
    try:
        export(reference, source, folder)
    except (ImportError, PartUnavailable):
        # onnx and onnxscript come with the extra `build`; without them the reference serves, slower.
        return reference
    return ServingEncoder(folder, threads)


def inspect_encoder(var: Path, named: str | None = None) -> str:
    """Say which encoder would serve, without making one; raises PartUnavailable where none could."""
    if named:
        return open_encoder(var, named).identity[:12]
    folder = var / "encoder" / EXPORT_NAME
    if not folder.is_dir():
        minilm_folder()
        raise PartUnavailable("encoder", "not exported yet", "Run `python -m knowledge build`.")
    from knowledge.encoder.serving import ServingEncoder

    return f"{EXPORT_NAME}, {ServingEncoder(folder).dimensions} dimensions"
