"""How the demo shop's file is opened: WAL, foreign keys, a bounded wait for locks, and who syncs to the disk."""

import sqlite3
from pathlib import Path

from sqlalchemy import Connection, Engine, event
from sqlmodel import create_engine

BUSY_TIMEOUT_MS = 500


def open_engine(file: Path) -> Engine:
    """Return an engine with WAL, foreign keys, a bounded wait for locks, and BEGIN IMMEDIATE where `write` is set."""
    engine = create_engine(f"sqlite:///{file}")
    event.listen(engine, "connect", _configure)
    event.listen(engine, "begin", _begin)
    return engine


def open_paying_engine(file: Path) -> Engine:
    """Return an engine like that of `open_engine`, but what it commits outlives a loss of power.

    It has one connection: SQLite has one writer anyhow, and threads that wait for it in a queue are served in order,
    while those that wait for a lock of the file are served by luck. Each wait is bounded.
    """
    engine = create_engine(
        f"sqlite:///{file}", pool_size=1, max_overflow=0, pool_timeout=BUSY_TIMEOUT_MS / 1000
    ).execution_options(write=True)
    event.listen(engine, "connect", _configure)
    event.listen(engine, "connect", _sync_each_commit)
    event.listen(engine, "begin", _begin)
    return engine


def _configure(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # transactions begin where `_begin` says so, not where the driver guesses
    for pragma in ("journal_mode=WAL", "foreign_keys=ON", "synchronous=NORMAL", f"busy_timeout={BUSY_TIMEOUT_MS}"):
        connection.execute(f"PRAGMA {pragma}")


def _sync_each_commit(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("PRAGMA synchronous=FULL")


def _begin(connection: Connection) -> None:
    write = connection.get_execution_options().get("write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
