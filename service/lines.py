"""Reads files of JSON lines that come from outside: what is no object is named by its line, never guessed at."""

import json
from collections.abc import Iterable, Iterator
from typing import Any


class BadLineError(ValueError):
    """A line is not what its reader needs."""

    def __init__(self, number: int, needed: str) -> None:
        super().__init__(f"Line {number} is not a JSON object with {needed}.")


def objects(lines: Iterable[bytes], needed: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the number and the object of each line that is not blank; raises BadLineError."""
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            found = json.loads(line)
        except (ValueError, RecursionError) as problem:  # the latter from thousands of brackets
            raise BadLineError(number, needed) from problem
        if not isinstance(found, dict):
            raise BadLineError(number, needed)
        yield number, found
