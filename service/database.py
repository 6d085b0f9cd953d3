"""Opens the service's database for a command: as the environment names it, brought up to this version."""

from collections.abc import Iterator
from contextlib import contextmanager

from agent.settings import Settings
from service.settings import ServiceSettings
from service.store.migrate import upgrade
from service.store.store import Store


@contextmanager
def opened_database() -> Iterator[Store]:
    """Yield the database; raises BadUrlError, SchemaError or StoreUnavailable."""
    settings, own = Settings(), ServiceSettings()
    if own.database is None:
        settings.var.mkdir(parents=True, exist_ok=True)
    store = Store(own.url(settings))
    try:
        upgrade(store)
        yield store
    finally:
        store.close()
