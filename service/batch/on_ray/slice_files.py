"""Slices as files that every machine of a cluster sees: what is asked of each, and what was answered.

A slice is one line of ASCII, whatever its rows hold, so no reader can cut it, or guess types into it. Both files take
about the room of the input's texts; they go with the folder that they lie in, at the end of the run.
"""

import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path

from knowledge.atomic import write_file
from service.batch.answers import Answer
from service.batch.hired import Asked

FILES_A_FOLDER = 1000
Said = list[Answer] | str  # answers to a slice's rows in order, or why there can't be any, in one line


class SliceFiles:
    """Files below a folder, named after the slice's number; each appears in one step."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def asked(self, number: int) -> Path:
        """Return the file with what is asked of a slice."""
        return self._file("asked", number)

    def ask(self, number: int, rows: Sequence[Asked]) -> None:
        """Write what is asked of a slice, which from now on counts as one that nobody has tried."""
        self._tries(number).unlink(missing_ok=True)
        self._answers(number).unlink(missing_ok=True)
        write_file(self.asked(number), json.dumps([number, [dataclasses.astuple(row) for row in rows]]) + "\n")

    def begin(self, number: int) -> int:
        """Note that a worker begins with a slice; return how many did so since `ask`. Its end is not noted."""
        self._tries(number).parent.mkdir(parents=True, exist_ok=True)
        with self._tries(number).open("ab") as tries:
            tries.write(b".")
            return tries.tell()

    def say(self, number: int, said: Said) -> None:
        """Write what is said of a slice. Done again, the file holds the same."""
        write_file(self._answers(number), json.dumps(said) + "\n")

    def said(self, number: int) -> Said | None:
        """Return what is said of a slice; None where there is nothing, or a machine that crashed left a file cut."""
        try:
            found: Said = json.loads(self._answers(number).read_bytes())
        except (FileNotFoundError, ValueError):
            return None
        return found

    def _answers(self, number: int) -> Path:
        return self._file("answers", number)

    def _tries(self, number: int) -> Path:
        return self._file("tries", number)

    def _file(self, what: str, number: int) -> Path:
        return self._folder / what / f"{number // FILES_A_FOLDER:05d}" / f"{number:08d}.jsonl"


def read_asked(line: str) -> tuple[int, list[Asked]]:
    """Return a slice's number and rows from the line that `ask` wrote."""
    number, rows = json.loads(line)
    return number, [Asked(*row) for row in rows]
