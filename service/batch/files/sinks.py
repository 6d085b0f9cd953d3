"""Rows and their answers as bytes of the output, a slice at a time, so that a part can be cut back to a length."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from service.batch.files.cell_values import as_json, as_text, safe_cell
from service.batch.rows import Row

MORE = "triage_more"
Answered = Sequence[tuple[Row, Mapping[str, Any]]]


class Sink(Protocol):
    """An output format."""

    def head(self) -> bytes:
        """Return what stands before the first row."""

    def encode(self, answered: Answered) -> bytes:
        """Return a slice's rows."""

    def finish(self, part: Path, made: Path) -> None:
        """Make the output of the slices in `part`."""


class Layout:
    """The columns of the output: the input's own, an id where it has none, and what the batch says."""

    def __init__(self, columns: Sequence[str], id_column: str | None, fields: Sequence[str]) -> None:
        self.columns = tuple(columns)
        self.made_id = None if id_column else ("id" if "id" not in columns else "triage_id")
        self.id_column = id_column or self.made_id or "id"
        # A column of the input keeps its name; ours of the same name gives way.
        self.fields = {field: f"triage_{field}" if field in columns else field for field in fields}

    def names(self) -> tuple[str, ...]:
        """Return all columns in order."""
        return (*((self.made_id,) if self.made_id else ()), *self.columns, *self.fields.values())

    def values(self, row: Row, answer: Mapping[str, Any]) -> dict[str, Any]:
        """Return a row of the output."""
        own = dict(row.record.values)
        if _is_empty(own.get(self.id_column)):
            own = {self.id_column: row.id, **own} if self.made_id else {**own, self.id_column: row.id}
        return own | {name: answer.get(field) for field, name in self.fields.items()}


class JsonlSink:
    """JSON lines. A row keeps its own keys."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout

    def head(self) -> bytes:
        """See Sink.head."""
        return b""

    def encode(self, answered: Answered) -> bytes:
        """See Sink.encode."""
        return b"".join(_line(self._layout.values(row, answer)) for row, answer in answered)

    def finish(self, part: Path, made: Path) -> None:
        """See Sink.finish."""
        part.replace(made)


class CsvSink:
    """CSV; nested values are JSON text, cells that a spreadsheet would run are neutralised.

    Keys of JSON lines that no column was made for stand as JSON in a last column `triage_more`.
    """

    def __init__(self, layout: Layout, delimiter: str, *, more: bool) -> None:
        self._layout = layout
        self._delimiter = delimiter
        self._more = more
        self._names = layout.names()

    def head(self) -> bytes:
        """See Sink.head."""
        return self._rows([[*self._names, *((MORE,) if self._more else ())]])

    def encode(self, answered: Answered) -> bytes:
        """See Sink.encode."""
        return self._rows([self._cells(self._layout.values(row, answer)) for row, answer in answered])

    def finish(self, part: Path, made: Path) -> None:
        """See Sink.finish."""
        part.replace(made)

    def _cells(self, values: dict[str, Any]) -> list[str]:
        cells = [as_text(values.pop(name, None)) for name in self._names]
        return [*cells, as_text(values) if values else ""] if self._more else cells

    def _rows(self, rows: Sequence[Sequence[str]]) -> bytes:
        text = io.StringIO()
        csv.writer(text, delimiter=self._delimiter, lineterminator="\n").writerows(
            [safe_cell(cell) for cell in row] for row in rows
        )
        return text.getvalue().encode("utf-8", errors="replace")


def _is_empty(id: Any) -> bool:
    return id is None or str(id).strip() == ""


def _line(values: Mapping[str, Any]) -> bytes:
    try:
        return (json.dumps(values, default=as_json, ensure_ascii=False) + "\n").encode()
    except UnicodeEncodeError:  # half a surrogate pair, which only an escape can carry on
        return (json.dumps(values, default=as_json) + "\n").encode()
