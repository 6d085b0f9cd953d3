"""CSV as it really comes: a record with broken quoting costs itself and not the file."""

import codecs
import csv
from collections.abc import Iterator
from pathlib import Path

from service.batch.files.physical_lines import PhysicalLines
from service.batch.records import LARGEST_RECORD, BadInputError, Place, Record, Unreadable

DELIMITERS = (",", ";", "\t", "|")
UTF8 = "utf-8"
ANOTHER_UNIT = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
TOO_LARGE = f"larger than {LARGEST_RECORD:,} bytes"


class _TooLarge(Exception):
    """A record goes on beyond what is held in memory."""


class CsvSource:
    """A header, then a record a row. `delimiter` None takes the one that stands most often in the header."""

    def __init__(self, file: Path, encoding: str = UTF8, delimiter: str | None = None) -> None:
        csv.field_size_limit(2 * LARGEST_RECORD)  # ours is the limit of a whole record
        self._path = file
        self._encoding = _checked(encoding)
        with file.open("rb") as opened:
            head = PhysicalLines(opened, LARGEST_RECORD).next()
        if head is None or not head.strip():
            raise BadInputError(f"{file.name} has no header: its first line has to name the columns.")
        if head.startswith(ANOTHER_UNIT):
            raise BadInputError(f"{file.name} is UTF-16; convert it to UTF-8 first.")
        self.delimiter = delimiter or max(DELIMITERS, key=lambda mark: head.count(mark.encode()))
        self.columns = self._header()

    def size(self) -> int:
        """See Source.size: bytes."""
        return self._path.stat().st_size

    def records(self, start: Place | None = None) -> Iterator[Record | Unreadable]:
        """See Source.records."""
        with self._path.open("rb") as opened:
            lines = _Feed(PhysicalLines(opened, LARGEST_RECORD), self._encoding)
            place = start or Place()
            lines.go(place)
            header = start is None
            for item in self._parsed(lines, place.number - header):
                if not (header and item.place.number == 0):
                    yield item

    def _header(self) -> tuple[str, ...]:
        with self._path.open("rb") as opened:
            lines = _Feed(PhysicalLines(opened, LARGEST_RECORD), self._encoding)
            try:
                names = next(csv.reader(lines, delimiter=self.delimiter, strict=True))
            except (csv.Error, _TooLarge, StopIteration) as problem:
                raise BadInputError(f"The header of {self._path.name} is no line of CSV.") from problem
        if lines.undecoded:
            raise BadInputError(f"The header of {self._path.name} is not {self._encoding}; --encoding names another.")
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise BadInputError(f"{self._path.name} has two columns named {twice[0]!r}.")
        return tuple(names)

    def _parsed(self, lines: "_Feed", number: int) -> Iterator[Record | Unreadable]:
        """Yield what each record is; after a broken one go on with the line behind its first."""
        reader = csv.reader(lines, delimiter=self.delimiter, strict=True)
        while True:
            place = lines.settle(number)
            try:
                fields = next(reader)
            except StopIteration:
                return
            except (csv.Error, _TooLarge) as problem:
                reader = csv.reader(lines, delimiter=self.delimiter, strict=True)
                lines.back_to_second()
                yield Unreadable(place, lines.settle(number + 1), _reason(problem))
                number += 1
                continue
            if fields:  # an empty line is no record
                number += 1
                yield self._record(fields, place, lines.settle(number), undecoded=lines.undecoded)

    def _record(self, fields: list[str], place: Place, after: Place, *, undecoded: bool) -> Record | Unreadable:
        if undecoded:
            return Unreadable(place, after, f"not {self._encoding}")
        if len(fields) != len(self.columns):
            return Unreadable(place, after, "more or fewer fields than the header has")
        return Record(place, after, dict(zip(self.columns, fields, strict=True)))


class _Feed:
    """Gives csv.reader its lines and knows where each record began."""

    def __init__(self, lines: PhysicalLines, encoding: str) -> None:
        self._lines = lines
        self._encoding = encoding
        self._begun = (0, 1)
        self._second: tuple[int, int] | None = None
        self._taken = 0
        self.undecoded = False

    def go(self, place: Place) -> None:
        """Go on from a place."""
        self._lines.go(place.offset, place.line)

    def settle(self, number: int) -> Place:
        """Say that a record begins with the next line, and return its place."""
        self._begun = (self._lines.offset, self._lines.line)
        self._second, self._taken = None, 0
        return Place(*self._begun, number)

    def back_to_second(self) -> None:
        """Go on with the line behind the one that the record began with."""
        if self._second is not None:
            self._lines.go(*self._second)

    def __iter__(self) -> "_Feed":
        return self

    def __next__(self) -> str:
        if self._taken == 0:
            self.undecoded = False
        found = self._lines.next()
        if found == b"":
            raise StopIteration
        self._second = self._second or (self._lines.offset, self._lines.line)
        self._taken += LARGEST_RECORD + 1 if found is None else len(found)
        if found is None or self._taken > LARGEST_RECORD:
            raise _TooLarge
        if self._begun[0] == 0 and self._taken == len(found):
            found = found.removeprefix(codecs.BOM_UTF8)
        try:
            return found.decode(self._encoding)
        except UnicodeDecodeError:
            self.undecoded = True
            return found.decode(self._encoding, errors="replace")


def _reason(problem: Exception) -> str:
    if isinstance(problem, _TooLarge):
        return f"{TOO_LARGE}, or a quote is not closed"
    words = str(problem)
    return "a quote is not closed" if words == "unexpected end of data" else f"broken quoting: {words}"


def _checked(encoding: str) -> str:
    """Return the encoding where a line of it can be told by its bytes; raises BadInputError."""
    try:
        if "\n,\"'".encode(encoding) == b"\n,\"'":
            return encoding
    except LookupError as problem:
        raise BadInputError(f"There is no encoding {encoding!r}.") from problem
    raise BadInputError(f"{encoding} is not read; convert the input to UTF-8 first.")
