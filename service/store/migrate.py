"""Brings the database to the schema of this version. A database of another version is never used as it is."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from service.store.engine import DURABLE, POSTGRES, WRITE
from service.store.errors import SchemaError
from service.store.store import Store

SCRIPTS = Path(__file__).parent / "migrations"
_LOCK = 7_405_118_231  # any number, the same for all who migrate


def upgrade(store: Store) -> None:
    """Bring an empty or older database to this version; raises SchemaError for a newer one, StoreUnavailable."""
    _run(store, "head")


def to_revision(store: Store, revision: str) -> None:
    """Bring the database up or down to one revision, "base" for none."""
    _run(store, revision)


def require_current(store: Store) -> None:
    """Raise SchemaError unless the database has exactly this version's schema."""
    with store.engine.connect() as connection:
        found = _revision(connection)
    if found != _head():
        raise SchemaError("The database's schema is not this version's. `triage serve` brings an older one up.")


def _run(store: Store, revision: str) -> None:
    with store.engine.connect().execution_options(**{WRITE: True, DURABLE: True}) as connection, connection.begin():
        if connection.dialect.name == POSTGRES:
            connection.exec_driver_sql("SET LOCAL lock_timeout = 0")
            connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
        found = _revision(connection)
        known = [script.revision for script in _scripts().walk_revisions()]
        if found is not None and found not in known:
            raise SchemaError("The database was written by a newer version; this one leaves it alone.")
        config = Config()
        config.set_main_option("script_location", str(SCRIPTS))
        config.attributes["connection"] = connection
        down = revision == "base" or (
            found in known and revision in known and known.index(found) < known.index(revision)
        )
        (command.downgrade if down else command.upgrade)(config, revision)


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(SCRIPTS))


def _head() -> str | None:
    return _scripts().get_current_head()
