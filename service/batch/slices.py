"""Rows cut into slices by record number: what is decided together, written together and kept together."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass

from service.batch.records import Place, Source
from service.batch.rows import Admission, Rejected, Row


@dataclass(frozen=True)
class Slice:
    """Consecutive records in order; `after` is the place of the record behind the last."""

    number: int
    rows: tuple[Row, ...]
    rejected: tuple[Rejected, ...]
    after: Place


def slices(source: Source, admission: Admission, length: int, start: Place | None = None) -> Iterator[Slice]:
    """Yield the slices from a place on, which has to be where a slice begins.

    A slice ends by record number alone, so that it is the same whatever was kept before.
    """
    rows: list[Row] = []
    rejected: list[Rejected] = []
    number, after = _number(start, length), start
    for item in source.records(start):
        found = admission.admit(item, number)
        (rows if isinstance(found, Row) else rejected).append(found)  # type: ignore[arg-type]
        after = item.after
        if item.place.number % length == 0:
            yield Slice(number, tuple(rows), tuple(rejected), item.after)
            rows, rejected, number = [], [], number + 1
    if after is not None and (rows or rejected):
        yield Slice(number, tuple(rows), tuple(rejected), after)


def _number(start: Place | None, length: int) -> int:
    return 0 if start is None else (start.number - 1) // length


def ticket_key(row: Row, *, with_customer: bool) -> bytes:
    """Return what rows with the same ticket have in common: they get the same answer."""
    asked = [row.text, row.order, row.customer if with_customer else None]
    return hashlib.sha256(json.dumps(asked).encode()).digest()[:16]
