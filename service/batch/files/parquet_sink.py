"""Parquet: slices are kept as Arrow streams, which can be cut back, and become one table at the end."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from service.batch.files.cell_values import as_text
from service.batch.files.sinks import MORE, Answered, Layout

if TYPE_CHECKING:
    import pyarrow as pa

ROWS = 16_384  # of a row group


class ParquetSink:
    """Columns of Parquet keep their types, others are text; of ours, nested values are JSON text."""

    def __init__(self, layout: Layout, schema: "pa.Schema | None", *, more: bool) -> None:
        import pyarrow as pa

        self._layout = layout
        self._more = more
        self._typed = frozenset(schema.names) if schema is not None else frozenset()
        types = {field.name: field.type for field in schema} if schema is not None else {}
        for field, name in layout.fields.items():
            types[name] = {"confidence": pa.float64(), "flags": pa.list_(pa.string())}.get(field, pa.string())
        names = (*layout.names(), *((MORE,) if more else ()))
        self._schema = pa.schema([(name, types.get(name, pa.string())) for name in names])
        # A column of numbers can't hold an id that is made of file and row.
        numbered = layout.id_column in self._typed and not _is_text(types[layout.id_column])
        self._given_id = layout.id_column if numbered else None
        self._kept = {layout.fields[field] for field in ("confidence", "flags") if field in layout.fields}

    def head(self) -> bytes:
        """See Sink.head."""
        return b""

    def encode(self, answered: Answered) -> bytes:
        """See Sink.encode."""
        import pyarrow as pa

        rows = [self._cells(self._layout.values(row, answer), row.record.values) for row, answer in answered]
        buffer = pa.BufferOutputStream()
        with pa.ipc.new_stream(buffer, self._schema) as stream:
            stream.write_table(pa.Table.from_pylist(rows, schema=self._schema))
        return bytes(buffer.getvalue())

    def finish(self, part: Path, made: Path) -> None:
        """See Sink.finish."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        held: list[pa.RecordBatch] = []
        with pq.ParquetWriter(made, self._schema) as writer:
            for batch in _batches(part):
                held.append(batch)
                if sum(map(len, held)) >= ROWS:
                    writer.write_table(pa.Table.from_batches(held), row_group_size=ROWS)
                    held = []
            if held:
                writer.write_table(pa.Table.from_batches(held), row_group_size=ROWS)
        part.unlink()

    def _cells(self, values: dict[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
        own = {name: values.pop(name, None) for name in self._schema.names if name != MORE or not self._more}
        if self._given_id is not None:
            own[self._given_id] = given.get(self._given_id)
        cells = {
            name: value if name in self._typed or name in self._kept or value is None else as_text(value)
            for name, value in own.items()
        }
        return cells | ({MORE: json.dumps(values) if values else None} if self._more else {})


def _batches(part: Path) -> "Iterator[pa.RecordBatch]":
    """Yield what stands in one Arrow stream after another."""
    import pyarrow as pa

    with part.open("rb") as file:
        end = part.stat().st_size
        while file.tell() < end:
            with pa.ipc.open_stream(file) as stream:
                yield from stream


def _is_text(type: "pa.DataType") -> bool:
    import pyarrow as pa

    return bool(pa.types.is_string(type) or pa.types.is_large_string(type))
