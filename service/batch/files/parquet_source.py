"""Parquet: rows of a table, a few at a time. Needs pyarrow (extra `parquet`)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from service.batch.records import LARGEST_RECORD, BadInputError, Place, Record, Unreadable

ROWS = 1024  # read at once


class ParquetSource:
    """A Place's offset and line are row numbers here: from 0, and from 1."""

    def __init__(self, file: Path) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        self._path = file
        try:
            self.schema = pq.read_schema(file)
            self._rows = pq.read_metadata(file).num_rows
        except pa.ArrowException as problem:
            raise BadInputError(f"{file.name} is no Parquet file.") from problem
        self.columns = tuple(self.schema.names)
        twice = sorted({name for name in self.columns if self.columns.count(name) > 1})
        if twice:
            raise BadInputError(f"{file.name} has two columns named {twice[0]!r}.")

    def size(self) -> int:
        """See Source.size: rows."""
        return int(self._rows)

    def records(self, start: Place | None = None) -> Iterator[Record | Unreadable]:
        """See Source.records. Raises BadInputError where the file is damaged in the middle."""
        import pyarrow as pa

        try:
            yield from self._rows_from((start or Place()).offset)
        except pa.ArrowException as problem:
            raise BadInputError(f"{self._path.name} is damaged: {str(problem).splitlines()[0]}") from problem

    def _rows_from(self, offset: int) -> Iterator[Record | Unreadable]:
        import pyarrow.parquet as pq

        with pq.ParquetFile(self._path) as opened:
            groups: list[int] = []
            at = 0
            for group in range(opened.num_row_groups):
                rows = opened.metadata.row_group(group).num_rows
                if at + rows > offset or groups:
                    groups.append(group)
                else:
                    at += rows
            for batch in opened.iter_batches(batch_size=ROWS, row_groups=groups):
                for values in batch.slice(max(0, offset - at)).to_pylist() if at + len(batch) > offset else []:
                    yield _record(values, offset)
                    offset += 1
                at += len(batch)


def _record(values: dict[str, Any], offset: int) -> Record | Unreadable:
    place = Place(offset, offset + 1, offset + 1)
    after = Place(offset + 1, offset + 2, offset + 2)
    if sum(len(value) for value in values.values() if isinstance(value, str | bytes)) > LARGEST_RECORD:
        return Unreadable(place, after, f"larger than {LARGEST_RECORD:,} bytes")
    return Record(place, after, values)
