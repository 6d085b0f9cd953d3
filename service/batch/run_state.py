"""What a run keeps beside its output, in one SQLite file: where it is, which ids it met, which answers it has.

Two connections, each used by one thread: the reader asks, the writer keeps. A kept slice is one transaction.
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from service.batch.records import Place
from service.batch.totals import Totals

_TABLES = """
create table if not exists belongs (said text not null);
create table if not exists progress (place text, output int, rejected int, totals text, finished int);
create table if not exists ids (key blob primary key) without rowid;
create table if not exists answers (key blob primary key, answer text not null) without rowid;
"""


@dataclass(frozen=True)
class Kept:
    """How far a run is: where it goes on, and how long its two files are up to there, in bytes."""

    place: Place | None = None
    output: int = 0
    rejected: int = 0
    totals: Totals = field(default_factory=Totals)
    finished: bool = False


class RunState:
    """Opens the state in a folder, or begins it there."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._asked, self._kept = self._open(), self._open()
        self._kept.executescript(_TABLES)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self._asked.close()
        self._kept.close()

    def belongs(self) -> dict[str, Any] | None:
        """Return what the run belongs to; None where it has not begun."""
        found = self._asked.execute("select said from belongs").fetchone()
        return json.loads(found[0]) if found else None

    def begin(self, belongs: Mapping[str, Any]) -> None:
        """Say what the run belongs to."""
        with self._kept:
            self._kept.execute("insert into belongs values (?)", [json.dumps(belongs)])
            self._kept.execute("insert into progress values (null, 0, 0, ?, 0)", [Totals().model_dump_json()])

    def read(self) -> Kept:
        """Return how far the run is."""
        place, output, rejected, totals, finished = self._asked.execute("select * from progress").fetchone()
        return Kept(
            Place(*json.loads(place)) if place else None,
            output,
            rejected,
            Totals.model_validate_json(totals),
            bool(finished),
        )

    def known(self, key: bytes) -> bool:
        """Say whether an id stands in a slice that is kept."""
        return self._asked.execute("select 1 from ids where key = ?", [key]).fetchone() is not None

    def answered(self, key: bytes) -> bool:
        """Say whether a ticket's answer is kept."""
        return self._asked.execute("select 1 from answers where key = ?", [key]).fetchone() is not None

    def answers(self, keys: Iterable[bytes]) -> dict[bytes, dict[str, Any]]:
        """Return kept answers; for the thread that writes."""
        found = {}
        for key in keys:
            row = self._kept.execute("select answer from answers where key = ?", [key]).fetchone()
            found[key] = json.loads(row[0])
        return found

    def keep(self, kept: Kept, ids: Sequence[bytes], answers: Mapping[bytes, Mapping[str, Any]]) -> None:
        """Keep a slice, in one transaction."""
        place = json.dumps([kept.place.offset, kept.place.line, kept.place.number]) if kept.place else None
        row = [place, kept.output, kept.rejected, kept.totals.model_dump_json(), kept.finished]
        with self._kept:
            self._kept.executemany("insert into ids values (?)", [[key] for key in ids])
            self._kept.executemany(
                "insert into answers values (?, ?)", [[key, json.dumps(answer)] for key, answer in answers.items()]
            )
            self._kept.execute("update progress set place = ?, output = ?, rejected = ?, totals = ?, finished = ?", row)

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._file, check_same_thread=False, timeout=30)
        connection.execute("pragma journal_mode = wal")
        connection.execute("pragma synchronous = full")
        return connection
