"""What a source yields: records as they stand in the input, and what could not be read, each with its line."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

LARGEST_RECORD = 1 << 20  # bytes of one record; a larger one is rejected and not held in memory


@dataclass(frozen=True)
class Place:
    """Where a record begins: byte offset (row number in Parquet), line and record number, both from 1."""

    offset: int = 0
    line: int = 1
    number: int = 1


@dataclass(frozen=True)
class Record:
    """One record. `after` is the place of the next one, from which a run that was ended goes on."""

    place: Place
    after: Place
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Unreadable:
    """What stands in a record's place and is none."""

    place: Place
    after: Place
    reason: str


class BadInputError(ValueError):
    """The input as a whole can't be read: the message says why, in one line."""


class Source(Protocol):
    """An input. `columns` are known before the first record: a header's, a schema's, or the first lines' keys."""

    columns: tuple[str, ...]

    def records(self, start: Place | None = None) -> Iterator[Record | Unreadable]:
        """Yield every record from a place on, in order; raises OSError or BadInputError."""

    def size(self) -> int:
        """Return how much there is, in the unit of `Place.offset`."""
