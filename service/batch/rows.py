"""Records become rows that can be decided, or are rejected with a reason. The first row of an id stays."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from knowledge.plain_text import is_blank, plain
from service.batch.columns import Columns
from service.batch.records import Record, Unreadable

LONGEST_ID = 256


@dataclass(frozen=True)
class Row:
    """A record that can be decided. `id` is the input's, or made of the input's hash and the record's number."""

    record: Record
    id: str
    text: str
    customer: str | None = None
    order: str | None = None

    def line(self) -> int:
        """Return the line that it begins with."""
        return self.record.place.line


@dataclass(frozen=True)
class Rejected:
    """What a line of OUT.rejected says."""

    line: int
    id: str | None
    reason: str


class Admission:
    """Says of each record what it is. `known` says whether an id was in an earlier slice that is kept."""

    def __init__(self, columns: Columns, input_hash: str, known: Callable[[bytes], bool]) -> None:
        self._columns = columns
        self._hash = input_hash[:12]
        self._known = known
        self._under_way: dict[bytes, int] = {}

    def admit(self, item: Record | Unreadable, slice_number: int) -> Row | Rejected:
        """Return the row, or why there is none."""
        if isinstance(item, Unreadable):
            return Rejected(item.place.line, None, item.reason)
        try:
            row = self._row(item)
        except _Unfit as unfit:
            return Rejected(item.place.line, unfit.id, str(unfit))
        key = id_key(row.id)
        if key in self._under_way or self._known(key):
            return Rejected(item.place.line, row.id, "this id was in an earlier line")
        self._under_way[key] = slice_number
        return row

    def kept(self, slice_number: int) -> None:
        """Forget what is held of a slice: its ids are known elsewhere now."""
        for key in [key for key, number in self._under_way.items() if number == slice_number]:
            del self._under_way[key]

    def _row(self, record: Record) -> Row:
        values, columns = record.values, self._columns
        id = _short(values.get(columns.id) if columns.id else None, "id", None)
        text = values.get(columns.text)
        if text is None:
            raise _Unfit("text is missing", id)
        if not isinstance(text, str):
            raise _Unfit("text is no string", id)
        if is_blank(plain(text)):
            raise _Unfit("text is empty", id)
        return Row(
            record,
            id or f"{self._hash}-{record.place.number}",
            text,
            _short(values.get(columns.customer) if columns.customer else None, "customer", id),
            _short(values.get(columns.order) if columns.order else None, "order", id),
        )


def id_key(id: str) -> bytes:
    """Return what is kept of an id."""
    return hashlib.sha256(id.encode(errors="surrogatepass")).digest()[:16]


class _Unfit(Exception):
    def __init__(self, reason: str, id: str | None) -> None:
        super().__init__(reason)
        self.id = id


def _short(value: Any, what: str, id: str | None) -> str | None:
    """Return a cell's value as a word; None where it is empty."""
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise _Unfit(f"{what} is neither text nor a number", id)
    word = str(value).strip()
    if len(word) > LONGEST_ID:
        raise _Unfit(f"{what} is longer than {LONGEST_ID} characters", id)
    return word or None
