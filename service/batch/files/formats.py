"""The formats of a batch's files, by how a name ends."""

from enum import StrEnum
from pathlib import Path

PIPE = Path("-")


class UnknownFormatError(ValueError):
    """A name says no format: it has to end in one, or to be told."""

    def __init__(self, name: str) -> None:
        super().__init__(f"What {name} holds is not known: let it end in .csv, .jsonl or .parquet.")


class Format(StrEnum):
    """What is read and written."""

    CSV = "csv"
    JSONL = "jsonl"
    PARQUET = "parquet"


_ENDINGS = {".csv": Format.CSV, ".tsv": Format.CSV, ".jsonl": Format.JSONL, ".ndjson": Format.JSONL}
_ENDINGS |= {".parquet": Format.PARQUET, ".pq": Format.PARQUET}


def format_of(file: Path, told: Format | None) -> Format:
    """Return the format that is told, else by ending; a pipe carries JSON lines. Raises UnknownFormatError."""
    if told is not None:
        return told
    if file == PIPE:
        return Format.JSONL
    try:
        return _ENDINGS[file.suffix.lower()]
    except KeyError as problem:
        raise UnknownFormatError(file.name) from problem
