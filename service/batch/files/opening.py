"""Opens a source and a sink by their formats."""

from pathlib import Path
from typing import TYPE_CHECKING

from service.batch.files.csv_source import CsvSource
from service.batch.files.formats import PIPE, Format, format_of
from service.batch.files.input_file import InputFile
from service.batch.files.jsonl_source import JsonlSource
from service.batch.files.sinks import CsvSink, JsonlSink, Layout, Sink
from service.batch.records import BadInputError, Source
from service.batch.wanted import Wanted

if TYPE_CHECKING:
    import pyarrow as pa

NO_PARQUET = "Parquet needs pyarrow: pip install 'support-triage[parquet]'."
TAB = "\t"


def open_source(wanted: Wanted, given: InputFile) -> Source:
    """Return the source; raises BadInputError or UnknownFormatError."""
    match format_of(wanted.source, wanted.source_format):
        case Format.CSV:
            delimiter = wanted.delimiter or (TAB if _is_tsv(wanted.source) else None)
            return CsvSource(given.path, wanted.encoding, delimiter)
        case Format.JSONL:
            return JsonlSource(given.path)
        case Format.PARQUET:
            _require_pyarrow()
            from service.batch.files.parquet_source import ParquetSource

            return ParquetSource(given.path)


def open_sink(wanted: Wanted, source: Source, layout: Layout) -> Sink:
    """Return the sink; raises BadInputError or UnknownFormatError."""
    more = isinstance(source, JsonlSource)
    match format_of(wanted.target, wanted.target_format):
        case Format.CSV:
            return CsvSink(layout, TAB if _is_tsv(wanted.target) else ",", more=more)
        case Format.JSONL:
            return JsonlSink(layout)
        case Format.PARQUET:
            _require_pyarrow()
            from service.batch.files.parquet_sink import ParquetSink

            if wanted.target == PIPE:
                raise BadInputError("Parquet is written at once and whole, which a pipe can't be; name a file.")
            return ParquetSink(layout, _schema(source), more=more)


def _schema(source: Source) -> "pa.Schema | None":
    """Return the types of the input's columns where it has any."""
    return getattr(source, "schema", None)


def _is_tsv(file: Path) -> bool:
    return file.suffix.lower() == ".tsv"


def _require_pyarrow() -> None:
    try:
        import pyarrow  # noqa: F401
    except ImportError as problem:
        raise BadInputError(NO_PARQUET) from problem
