"""Brings the database to the schema of this version. A database of another version is never used as it is."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect

from service.store.engine import DURABLE, POSTGRES, SQLITE, WRITE
from service.store.errors import SchemaError, StoreDamaged
from service.store.store import Store, translated
from service.store.tables import Row

SCRIPTS = Path(__file__).parent / "migrations"
_LOCK = 7_405_118_231  # any number, the same for all who migrate


def upgrade(store: Store) -> None:
    """Bring an empty or older database to this version; raises SchemaError for any other, StoreUnavailable.

    What is refused is left as it was.
    """
    with translated():
        with store.engine.connect() as connection:
            there = _revision(connection)
        if there != _head():
            _run(store, "head")
        if store.engine.dialect.name == SQLITE:
            _log_ahead(store)


def to_revision(store: Store, revision: str) -> None:
    """Bring the database up or down to one revision, "base" for none; raises as `upgrade` does."""
    with translated():
        _run(store, revision)


def require_current(store: Store) -> None:
    """Raise SchemaError unless the database has exactly this version's schema, or StoreUnavailable."""
    with translated(), store.engine.connect() as connection:
        if _revision(connection) != _head():
            raise SchemaError("The database is empty or of an older version. `triage migrate` or `serve` brings it up.")


def require_whole(store: Store) -> None:
    """Raise StoreDamaged where a page of a SQLite file is not as it was written. It reads all: 0.5 s a gigabyte."""
    if store.engine.dialect.name != SQLITE:
        return  # Postgres sees to that itself
    with translated(), store.engine.connect() as connection:
        if connection.exec_driver_sql("PRAGMA quick_check(1)").scalar() != "ok":
            raise StoreDamaged


def _run(store: Store, revision: str) -> None:
    options = {WRITE: True, DURABLE: True}
    with store.engine.connect().execution_options(**options) as connection, connection.begin(), _alone(connection):
        found = _revision(connection)
        config = Config()
        config.set_main_option("script_location", str(SCRIPTS))
        config.attributes["connection"] = connection
        known = _known()
        down = revision == "base" or (
            found is not None and revision in known and known.index(found) < known.index(revision)
        )
        (command.downgrade if down else command.upgrade)(config, revision)


@contextmanager
def _alone(connection: Connection) -> Iterator[None]:
    """Let one process migrate at a time; on SQLite it is the only one that writes."""
    if connection.dialect.name != POSTGRES:
        yield
        return
    from service.store.postgres import unhurried

    with unhurried(connection):
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
        yield


def _log_ahead(store: Store) -> None:
    """Let readers and a writer go side by side. The file keeps this, so it is set in no file that is not ours."""
    connection = store.engine.raw_connection()
    try:
        connection.cursor().execute("PRAGMA journal_mode=WAL")
    finally:
        connection.close()


def _revision(connection: Connection) -> str | None:
    """Return which schema is there, None for an empty database; raises SchemaError for one that we can't know."""
    heads = MigrationContext.configure(connection).get_current_heads()
    tables = set(inspect(connection).get_table_names()) - {"alembic_version"}
    if not heads:
        if tables:
            raise SchemaError(
                "The database holds tables of another program; they are left alone. Name an empty one in "
                "TRIAGE_DATABASE."
            )
        return None
    if len(heads) > 1 or heads[0] not in _known():
        raise SchemaError(
            "The database was written by a newer version or another program; this one leaves it alone. Run that "
            "version, or name another database in TRIAGE_DATABASE."
        )
    if heads[0] == _head() and not tables >= set(Row.metadata.tables):
        raise SchemaError("Tables are missing from the database, which is left alone. Restore it from a backup.")
    return heads[0]


def _known() -> list[str]:
    """Return this version's revisions, the newest first."""
    return [script.revision for script in _scripts().walk_revisions()]


def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(SCRIPTS))


def _head() -> str | None:
    return _scripts().get_current_head()
