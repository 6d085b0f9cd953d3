"""Migrations go up and down on both databases, with rows in every table, and end in what the tables say."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect
from sqlmodel import Session, func, select, text

from service.store import migrate
from service.store.errors import SchemaError, StoreUnavailable
from service.store.migrate import require_current, to_revision, upgrade
from service.store.store import Store
from service.store.tables import ApiKey, Row
from tests.service.store.rows import one_of_each

HEAD = "0001"
LATER = '''
"""A later version's table."""
import sqlalchemy as sa
from alembic import op
revision, down_revision = "0002", "0001"
def upgrade() -> None:
    op.create_table("later", sa.Column("id", sa.String(), primary_key=True))
    op.execute("INSERT INTO {into} (id) VALUES ('made by the migration')")
def downgrade() -> None:
    op.drop_table("later")
'''


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    opened = Store(request.getfixturevalue(f"fresh_{request.param}_database")())
    yield opened
    opened.close()


def counted(store: Store) -> dict[str, int]:
    """How many rows each table has."""
    tables = Row.metadata.tables
    return store.read_now(
        lambda session: {name: session.exec(select(func.count()).select_from(tables[name])).one() for name in tables}
    )


def differences(store: Store) -> list[object]:
    """What Alembic would still change so that the database is what the tables say."""
    with store.engine.connect() as connection:
        return list(compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), Row.metadata))


def tables(store: Store) -> set[str]:
    with store.engine.connect() as connection:
        return set(inspect(connection).get_table_names())


def later(folder: Path, monkeypatch: pytest.MonkeyPatch, into: str) -> None:
    """Be a version with one migration more, which fails after it made its table where `into` is no table."""
    scripts = folder / "migrations"
    shutil.copytree(migrate.SCRIPTS, scripts, ignore=shutil.ignore_patterns("__pycache__"))
    (scripts / "versions" / "0002_later.py").write_text(LATER.format(into=into), encoding="utf-8")
    monkeypatch.setattr(migrate, "SCRIPTS", scripts)


def test_what_the_migrations_make_is_what_the_tables_say(store: Store) -> None:
    require_current(store)
    assert differences(store) == []


def test_down_and_up_with_rows_in_every_table(store: Store) -> None:
    store.write_now(one_of_each)
    assert set(counted(store).values()) == {1}
    to_revision(store, "base")
    assert tables(store) == {"alembic_version"}
    with pytest.raises(SchemaError, match="triage serve"):
        require_current(store)
    upgrade(store)
    require_current(store)
    assert differences(store) == []
    assert set(counted(store).values()) == {0}
    store.write_now(one_of_each)


def test_up_where_all_is_up_keeps_the_rows(store: Store) -> None:
    store.write_now(one_of_each)
    upgrade(store)
    assert set(counted(store).values()) == {1}


def test_an_older_database_is_refused_by_workers_and_brought_up_by_serve(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.write_now(one_of_each)
    later(tmp_path, monkeypatch, into="later")
    with pytest.raises(SchemaError, match="older version"):
        require_current(store)
    upgrade(store)
    require_current(store)
    assert set(counted(store).values()) == {1}
    to_revision(store, HEAD)
    assert differences(store) == []
    assert set(counted(store).values()) == {1}


def test_a_migration_that_fails_leaves_the_database_as_it_was(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.write_now(one_of_each)
    with monkeypatch.context() as newer:
        later(tmp_path, newer, into="nowhere")
        with pytest.raises(StoreUnavailable):
            upgrade(store)
    require_current(store)
    assert "later" not in tables(store)
    assert differences(store) == []
    assert set(counted(store).values()) == {1}


def newer(session: Session) -> None:
    session.execute(text("UPDATE alembic_version SET version_num = '9999'"))


def two_heads(session: Session) -> None:
    session.execute(text("INSERT INTO alembic_version VALUES ('9998')"))


def not_stamped(session: Session) -> None:
    session.execute(text("DELETE FROM alembic_version"))


def a_table_less(session: Session) -> None:
    session.execute(text("DROP TABLE feedback"))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (newer, "newer version"),
        (two_heads, "newer version"),
        (not_stamped, "another program"),
        (a_table_less, "from a backup"),
    ],
)
def test_a_database_that_can_not_be_used_is_left_alone(store: Store, change: object, says: str) -> None:
    assert callable(change)
    store.write_now(one_of_each)
    store.write_now(change)
    before = tables(store)
    for opened in (upgrade, require_current):
        with pytest.raises(SchemaError, match=says):
            opened(store)
    assert tables(store) == before
    assert store.read_now(lambda session: session.exec(select(func.count()).select_from(ApiKey)).one()) == 1
