"""`triage migrate`: an empty database is brought up, this version's is left alone, another is refused in a line."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from service.store.engine import sqlite_url
from service.store.migrate import require_current
from service.store.store import Store
from tests.processes import Done
from tests.service.databases import Fresh


def test_an_empty_database_is_brought_up_and_then_left_alone(run: Callable[..., Done], tmp_path: Path) -> None:
    file = tmp_path / "service.db"
    for _ in range(2):
        done = run("migrate", TRIAGE_DATABASE=sqlite_url(file))
        assert (done.returncode, done.stdout) == (0, "")
        assert done.stderr == "The sqlite database has the tables of this version.\n"
    store = Store(sqlite_url(file))
    require_current(store)
    store.close()


@pytest.mark.slow
def test_postgres_is_brought_up(run: Callable[..., Done], fresh_postgres_database: Fresh) -> None:
    done = run("migrate", TRIAGE_DATABASE=fresh_postgres_database())
    assert (done.returncode, done.stderr) == (0, "The postgresql database has the tables of this version.\n")


def test_a_foreign_database_is_left_alone(run: Callable[..., Done], tmp_path: Path) -> None:
    file = tmp_path / "other.db"
    with sqlite3.connect(file) as other:
        other.execute("CREATE TABLE songs (title TEXT)")
    other.close()
    before = file.read_bytes()
    done = run("migrate", TRIAGE_DATABASE=sqlite_url(file))
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert "another program" in done.stderr
    assert file.read_bytes() == before


@pytest.mark.parametrize(
    ("address", "code"), [("mysql://elsewhere/triage", 2), ("postgresql://triage@127.0.0.1:1/triage", 1)]
)
def test_what_is_no_database_is_one_line(run: Callable[..., Done], address: str, code: int) -> None:
    done = run("migrate", TRIAGE_DATABASE=address)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (code, "", 1)
