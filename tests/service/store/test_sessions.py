"""People's sessions end by themselves, with their key, and when they sign out."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from service.callers import KEY_ROLES, Role
from service.store.keys import create_key, revoke_key
from service.store.sessions import LASTS, PAGE_ROLES, sign_in, sign_out, signed_in
from service.store.store import Store
from tests.service.databases import Fresh
from tests.service.store.rows import NOW


@pytest.fixture
def store(fresh_sqlite_database: Fresh) -> Iterator[Store]:
    opened = Store(fresh_sqlite_database())
    yield opened
    opened.close()


def key(store: Store, role: Role) -> tuple[str, str]:
    """Return a new key's id and secret."""
    made, secret = store.write_now(lambda session: create_key(session, "somebody", role.value, NOW))
    return made.id, secret


def begin(store: Store, secret: str) -> str | None:
    begun = store.write_now(lambda session: sign_in(session, secret, NOW))
    return begun[0] if begun is not None else None


@pytest.mark.parametrize("role", KEY_ROLES)
def test_only_keys_for_pages_open_pages(store: Store, role: Role) -> None:
    id, secret = key(store, role)
    begun = begin(store, secret)
    assert (begun is not None) == (role in PAGE_ROLES)
    if begun is not None:
        found = store.read_now(lambda session: signed_in(session, begun, NOW))
        assert found is not None
        assert (found.caller.id, found.caller.role, found.name) == (id, role, "somebody")
        assert begun not in str(
            store.read_now(lambda session: session.connection().exec_driver_sql("select * from web_session").fetchall())
        )


def test_it_ends_with_time_key_and_signing_out(store: Store) -> None:
    id, secret = key(store, Role.DESK)
    first, second = begin(store, secret), begin(store, secret)
    assert first is not None
    assert second is not None
    assert store.read_now(lambda session: signed_in(session, first, NOW + LASTS - timedelta(seconds=1))) is not None
    assert store.read_now(lambda session: signed_in(session, first, NOW + LASTS)) is None
    store.write_now(lambda session: sign_out(session, first))
    assert store.read_now(lambda session: signed_in(session, first, NOW)) is None
    assert store.read_now(lambda session: signed_in(session, second, NOW)) is not None
    store.write_now(lambda session: revoke_key(session, id, NOW))
    assert store.read_now(lambda session: signed_in(session, second, NOW)) is None


def test_nothing_else_is_a_session(store: Store) -> None:
    _, secret = key(store, Role.DESK)
    assert begin(store, "") is None
    assert begin(store, "triage_desk_x") is None
    assert store.read_now(lambda session: signed_in(session, secret, NOW)) is None
