"""JSON lines: an object a line; a line that is none costs itself and not the file."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from service.batch.files.physical_lines import PhysicalLines
from service.batch.records import LARGEST_RECORD, Place, Record, Unreadable

LOOKED_AT = 1000  # lines whose keys are known as columns before the first record


class JsonlSource:
    """`columns` are the keys of the first thousand lines; rows may have others."""

    def __init__(self, file: Path) -> None:
        self._path = file
        self.columns = self._keys()

    def size(self) -> int:
        """See Source.size: bytes."""
        return self._path.stat().st_size

    def records(self, start: Place | None = None) -> Iterator[Record | Unreadable]:
        """See Source.records."""
        place = start or Place()
        with self._path.open("rb") as opened:
            lines = PhysicalLines(opened, LARGEST_RECORD)
            lines.go(place.offset, place.line)
            while (line := lines.next()) != b"":
                if line is not None and not line.strip():
                    place = Place(lines.offset, lines.line, place.number)
                    continue
                after = Place(lines.offset, lines.line, place.number + 1)
                found = _object(line)
                yield Unreadable(place, after, found) if isinstance(found, str) else Record(place, after, found)
                place = after

    def _keys(self) -> tuple[str, ...]:
        keys: dict[str, None] = {}
        for record in self.records():
            if record.place.number > LOOKED_AT:
                break
            if isinstance(record, Record):
                keys.update(dict.fromkeys(record.values))
        return tuple(keys)


def _object(line: bytes | None) -> dict[str, Any] | str:
    """Return the object of a line, or why it is none."""
    if line is None:
        return f"larger than {LARGEST_RECORD:,} bytes"
    try:
        found = json.loads(line.decode("utf-8-sig"), parse_constant=_refuse)
    except UnicodeDecodeError:
        return "not utf-8"
    except (ValueError, RecursionError):  # the latter from thousands of brackets
        return "no JSON object"
    return found if isinstance(found, dict) else "no JSON object"


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")
