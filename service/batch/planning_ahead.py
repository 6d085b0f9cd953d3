"""Plans all that is left of a run before any of it is kept, in bounded memory: what it met stands in a scratch file."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

from service.batch.hired import Asked
from service.batch.planning import Planning, Terms
from service.batch.records import Source
from service.batch.rows import Admission, id_key
from service.batch.run_state import RunState
from service.batch.writing import Planned

_TABLES = """
pragma journal_mode = off;
pragma synchronous = off;
create table ids (key blob primary key) without rowid;
create table tickets (key blob primary key) without rowid;
"""


def planned_ahead(
    source: Source, admission: Callable[[Callable[[bytes], bool]], Admission], state: RunState, terms: Terms, file: Path
) -> Iterator[tuple[Planned, list[Asked]]]:
    """Yield what a job will ask for from where the state is, and the same slices however often this is done.

    `admission` makes one that knows the ids that it is told of. `file` is made anew, and removed at the end.
    """
    file.unlink(missing_ok=True)
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(_TABLES)
        met = _Met(connection)
        planning = Planning(
            source,
            admission(lambda key: state.known(key) or met.id(key)),
            lambda key: state.answered(key) or met.ticket(key),
            terms,
        )
        for planned, rows in planning.slices(state.read().place):
            met.add([id_key(row.id) for row in planned.slice.rows], planned.new)
            planning.kept(planned.slice.number)
            yield planned, rows
    file.unlink()


class _Met:
    """What stood in slices so far. Nothing is ever committed: what a kill leaves of the file is of no use."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def id(self, key: bytes) -> bool:
        return self._connection.execute("select 1 from ids where key = ?", [key]).fetchone() is not None

    def ticket(self, key: bytes) -> bool:
        return self._connection.execute("select 1 from tickets where key = ?", [key]).fetchone() is not None

    def add(self, ids: Sequence[bytes], tickets: Sequence[bytes]) -> None:
        self._connection.executemany("insert into ids values (?)", [[key] for key in ids])
        self._connection.executemany("insert into tickets values (?)", [[key] for key in tickets])
