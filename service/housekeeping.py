"""What a worker does beside answering: sending what is due, forgetting what is over, and summing what was decided."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from service.clock import Now
from service.outbox import Outbox
from service.store.errors import StoreUnavailable
from service.store.hours import sum_more
from service.store.retention import forget
from service.store.store import Store

EVERY = 60.0  # seconds
PAUSE = 0.05
LOG = logging.getLogger(__name__)


@asynccontextmanager
async def housekeeping(store: Store, outbox: Outbox, now: Now) -> AsyncIterator[None]:
    """Do it until the context ends."""
    tasks = [asyncio.create_task(outbox.run()), asyncio.create_task(_forgetting(store, now))]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def _forgetting(store: Store, now: Now) -> None:
    while True:
        try:
            await store.write(lambda session: forget(session, now()), durable=False)
            await _sum_all(store, now)
        except StoreUnavailable as problem:
            LOG.warning("retention: %s", type(problem).__name__)
        await asyncio.sleep(EVERY)


async def _sum_all(store: Store, now: Now) -> None:
    more, until = True, now()  # or under load there would be more for ever
    while more:
        more = await store.write(lambda session: sum_more(session, until), durable=False)
        await asyncio.sleep(PAUSE)  # others write as well
