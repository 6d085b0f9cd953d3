"""Migrations go up and down on both databases, with rows in every table, and end in what the tables say."""

import shutil
from collections.abc import Iterator
from contextlib import nullcontext
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
from service.store.tables import ApiKey, CaseRow, Correction, DecisionRow, Row
from tests.service.store.rows import one_of_each

HEAD = "0002"
LATER = '''
"""A later version's table."""
import sqlalchemy as sa
from alembic import op
revision, down_revision = "0003", "0002"
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
    (scripts / "versions" / "0003_later.py").write_text(LATER.format(into=into), encoding="utf-8")
    monkeypatch.setattr(migrate, "SCRIPTS", scripts)


def test_what_the_migrations_make_is_what_the_tables_say(store: Store) -> None:
    require_current(store)
    assert differences(store) == []


def test_down_and_up_with_rows_in_every_table(store: Store) -> None:
    store.write_now(one_of_each)
    assert set(counted(store).values()) == {1}
    to_revision(store, "base")
    assert tables(store) == {"alembic_version"}
    with pytest.raises(SchemaError, match="triage migrate"):
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


BEFORE = (
    "INSERT INTO conversation (id, state, turns, thread, created_at, updated_at) "
    "VALUES ('V-1', 'open', 1, '{}', '2026-11-25', '2026-11-25')",
    "INSERT INTO decision (ticket_id, conversation_id, trace_id, channel, category, priority, next_action, latency_ms, "
    "release, created_at, body) VALUES ('T-1', 'V-1', 'R-1', 'chat', 'c', 'low', 'escalate', 1.5, 'r', '2026-11-25', "
    """'{"confidence": 0.25, "flags": ["wants_human", "low_confidence"], "usage": {"cost_usd": 0.5}}')""",
    "INSERT INTO support_case (id, conversation_id, ticket_id, kind, state, team, category, priority, rank, reason, "
    "facts, created_at, updated_at) VALUES ('E-1', 'V-1', 'T-1', 'escalation', 'open', 'care', 'c', 'low', 3, 'x', "
    "'{}', '2026-11-25', '2026-11-25')",
    """INSERT INTO correction (id, case_id, field, "before", "after", "by", created_at) """
    "VALUES ('O-1', 'E-1', 'priority', 'low', 'high', 'K-1', '2026-11-25')",
)


def test_what_was_kept_before_the_pages_tells_what_they_show(store: Store) -> None:
    to_revision(store, "0001")
    for statement in BEFORE:
        store.write_now(lambda session, statement=statement: session.execute(text(statement)))
    upgrade(store)
    decided, case, corrected = store.read_now(
        lambda session: (
            session.get(DecisionRow, "T-1"),
            session.get(CaseRow, "E-1"),
            session.get(Correction, "O-1"),
        )
    )
    assert (decided.confidence, decided.unsure, decided.cost_usd, decided.steps_ms) == (0.25, True, 0.5, None)
    assert case.next_action == "escalate"
    assert (corrected.after, corrected.reason) == ("high", None)


def test_a_correction_is_of_what_can_be_put_right(store: Store) -> None:
    store.write_now(one_of_each)
    for field, fits in (("next_action", True), ("category", True), ("release", False)):
        change = text("UPDATE correction SET field = :field").bindparams(field=field)
        with nullcontext() if fits else pytest.raises(StoreUnavailable):
            store.write_now(lambda session, change=change: session.execute(change))
    store.write_now(lambda session: session.execute(text("UPDATE correction SET field = 'next_action'")))
    to_revision(store, "0001")
    assert store.read_now(lambda session: session.execute(text("SELECT count(*) FROM correction")).scalar_one()) == 0


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
