"""The whole service in this process, on a new SQLite database: asked as over HTTP, with no socket between."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2

from agent.assemble import Agent
from service.callers import Role
from service.clock import utc_now
from service.http.app import create_app
from service.http.parts import open_parts
from service.settings import ServiceSettings
from service.store.engine import sqlite_url
from service.store.keys import create_key
from service.store.migrate import upgrade
from service.store.store import Store

LONGEST_S = 60.0  # of one answer


@dataclass(frozen=True)
class InProcess:
    """A service that can be asked from one event loop."""

    http: httpx2.AsyncClient
    loop: asyncio.Runner

    def rate(self, bodies: Sequence[bytes], at_once: int) -> float:
        """Return the tickets decided a second, with so many in progress; raises httpx2.HTTPStatusError."""
        begin = time.perf_counter()
        self.loop.run(self._ask_all(iter(bodies), at_once))
        return len(bodies) / (time.perf_counter() - begin)

    async def _ask_all(self, left: Iterator[bytes], at_once: int) -> None:
        async def one_after_the_other() -> None:
            for body in left:
                answer = await self.http.post("/v1/triage", content=body, headers={"Content-Type": "application/json"})
                answer.raise_for_status()

        await asyncio.gather(*(one_after_the_other() for _ in range(at_once)))


@contextmanager
def in_process(agent: Agent, file: Path, loop: asyncio.Runner) -> Iterator[InProcess]:
    """Open a service over an agent, with its database in a new file. Rate limits are off."""
    url = sqlite_url(file)
    first = Store(url)
    upgrade(first)
    _, secret = first.write_now(lambda session: create_key(session, "bench", Role.SERVICE, utc_now()))
    first.close()
    parts = open_parts(agent, url, ServiceSettings(database=None, limits=False))
    http = httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app=create_app(parts)),
        base_url="http://bench",
        headers={"Authorization": f"Bearer {secret}"},
        timeout=LONGEST_S,
    )
    try:
        yield InProcess(http, loop)
    finally:
        loop.run(http.aclose())
        parts.store.close()
