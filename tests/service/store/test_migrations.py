"""Migrations go up and down on both databases, with rows in the tables, and end in what the tables say."""

from datetime import UTC, datetime

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlmodel import Session, text

from service.store.errors import SchemaError
from service.store.keys import create_key, list_keys
from service.store.migrate import require_current, to_revision, upgrade
from service.store.store import Store
from service.store.tables import Row

NOW = datetime(2026, 11, 25, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest):
    opened = Store(request.getfixturevalue(f"fresh_{request.param}_database")())
    yield opened
    opened.close()


def test_what_the_migrations_make_is_what_the_tables_say(store: Store) -> None:
    require_current(store)
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Row.metadata) == []


def test_down_and_up_with_rows_in_the_tables(store: Store) -> None:
    store.write_now(lambda session: create_key(session, "kept?", "service", NOW))
    to_revision(store, "base")
    with pytest.raises(SchemaError):
        require_current(store)
    upgrade(store)
    require_current(store)
    assert store.read_now(lambda session: list(list_keys(session))) == []


def test_up_where_all_is_up_keeps_the_rows(store: Store) -> None:
    store.write_now(lambda session: create_key(session, "kept", "service", NOW))
    upgrade(store)
    assert store.read_now(lambda session: [key.name for key in list_keys(session)]) == ["kept"]


def test_a_database_of_a_newer_version_is_left_alone(store: Store) -> None:
    def newer(session: Session) -> None:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    store.write_now(newer)
    with pytest.raises(SchemaError, match="newer version"):
        upgrade(store)
    with pytest.raises(SchemaError):
        require_current(store)
