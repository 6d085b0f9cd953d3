"""Opens the database by its URL, so that both kinds wait boundedly and begin transactions where we say so."""

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event, make_url
from sqlmodel import create_engine

from service.store.errors import BadUrlError

BUSY_TIMEOUT_MS = 500
STATEMENT_TIMEOUT_MS = 1800  # below what a caller waits, see Store
POOL = 8  # connections of one process; the store has as many threads
SQLITE, POSTGRES = "sqlite", "postgresql"
WRITE = "triage_write"  # execution option of transactions that write
DURABLE = "triage_durable"  # of those that must outlive a power cut once they are acknowledged


def sqlite_url(file: Path) -> str:
    """Return the URL of a SQLite file."""
    return f"sqlite:///{file}"


def open_engine(url: str) -> Engine:
    """Return the engine of `sqlite:///FILE` or `postgresql://...`; raises BadUrlError. Nothing is connected yet."""
    try:
        parsed = make_url(url)
    except Exception as problem:  # of several kinds, some with the URL in their text
        raise BadUrlError("TRIAGE_DATABASE is no database URL.") from problem
    kind = parsed.get_backend_name()
    if kind == SQLITE:
        return _sqlite(url)
    if kind == POSTGRES:
        return _postgres(parsed.set(drivername="postgresql+psycopg"))
    raise BadUrlError("TRIAGE_DATABASE has to begin with sqlite:/// or postgresql://.")


def _sqlite(url: str) -> Engine:
    engine = create_engine(url, pool_size=POOL, max_overflow=0, pool_timeout=BUSY_TIMEOUT_MS / 1000)
    event.listen(engine, "connect", _configure_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _configure_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # transactions begin where `_begin_sqlite` says so, not where the driver guesses
    for pragma in ("foreign_keys=ON", f"busy_timeout={BUSY_TIMEOUT_MS}"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    """A transaction that reads first and writes then would fail at once where another has written in between."""
    options = connection.get_execution_options()
    if options.get(WRITE):
        connection.exec_driver_sql(f"PRAGMA synchronous={'FULL' if options.get(DURABLE) else 'NORMAL'}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get(WRITE) else "BEGIN")


def _postgres(url: Any) -> Engine:
    from service.store.postgres import connect

    # Written durably unless a transaction says that it need not be (see Store.write).
    options = f"-c lock_timeout={BUSY_TIMEOUT_MS} -c statement_timeout={STATEMENT_TIMEOUT_MS} -c timezone=UTC"
    engine = create_engine(
        url,
        pool_size=POOL,
        max_overflow=0,
        pool_timeout=BUSY_TIMEOUT_MS / 1000,
        pool_pre_ping=True,
        connect_args={"connect_timeout": 2, "options": options, "application_name": "support-triage"},
    )
    event.listen(engine, "do_connect", connect)
    return engine
