"""Opens the service's database for a command: as the environment names it, brought up to this version."""

from collections.abc import Iterator
from contextlib import contextmanager

from agent.settings import Settings
from service.settings import ServiceSettings
from service.store.migrate import require_whole, upgrade
from service.store.store import Store


@contextmanager
def opened_database(*, whole: bool = False) -> Iterator[Store]:
    """Yield the database, with `whole` after all of it was examined.

    Raises BadUrlError, SchemaError or StoreUnavailable.
    """
    settings, own = Settings(), ServiceSettings()
    if own.database is None:
        settings.var.mkdir(parents=True, exist_ok=True)
    store = Store(own.url(settings))
    try:
        upgrade(store)
        if whole:
            require_whole(store)
        yield store
    finally:
        store.close()
