"""Where a service lives that is killed and started again, and a client that does not give up."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import httpx2

from service.store.store import Store
from tests.service.chaos.world import World, world_of
from tests.service.serving import Served, serving
from tools.records import Order

AT_ONCE = 128  # requests that a server takes, so that none is refused for its number
PATIENCE = 30.0  # seconds


@dataclass(frozen=True)
class Premises:
    """A folder with a shop, and a database of one kind; the orders are those that the shop was filled with."""

    kind: str
    root: Path
    own: Path
    url: str
    orders: dict[str, Order]

    def serve(self, **environment: str) -> AbstractContextManager[Served]:
        """Run a server; any number may run at once."""
        settings = {"TRIAGE_DATABASE": self.url, "TRIAGE_LIMITS": "false", "TRIAGE_IN_PROGRESS": str(AT_ONCE)}
        return serving(self.root, self.own, **settings, **environment)

    @cached_property
    def store(self) -> Store:
        """Return the database, to look into past the service."""
        return Store(self.url)

    def world(self) -> World:
        """Return all that the database and the shop hold."""
        return world_of(self.store, self.own / "shop.db", self.orders)


@dataclass
class Door:
    """One server as its clients see it. What it asks to try again is tried again, sooner than it asks."""

    served: Served
    http: httpx2.AsyncClient = field(init=False)
    asked: int = 0
    busy: int = 0  # answers 503

    def __post_init__(self) -> None:
        limits = httpx2.Limits(max_connections=AT_ONCE, keepalive_expiry=2)
        self.http = httpx2.AsyncClient(base_url=self.served.address, timeout=30, limits=limits, trust_env=False)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.http.aclose()

    async def post(self, path: str, body: dict[str, Any], role: str, key: str | None = None) -> httpx2.Response:
        """POST until there is an answer that does not ask to wait; raises TransportError where the server is gone."""
        headers = self._headers(role) | ({"Idempotency-Key": key} if key else {})
        ends = time.monotonic() + PATIENCE
        while True:
            self.asked += 1
            answer = await self.http.post(path, json=body, headers=headers)
            self.busy += answer.status_code == 503
            if "retry-after" not in answer.headers or time.monotonic() > ends:
                return answer
            await asyncio.sleep(random.uniform(0.02, 0.2))

    async def get(self, path: str, role: str) -> httpx2.Response:
        """GET."""
        self.asked += 1
        return await self.http.get(path, headers=self._headers(role))

    def _headers(self, role: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.served.keys[role]}"}


async def until(holds: Callable[[], Awaitable[bool]], what: str, patience: float = PATIENCE) -> float:
    """Wait for a condition; return how many seconds that took."""
    started = time.monotonic()
    while not await holds():
        assert time.monotonic() - started < patience, f"not within {patience} s: {what}"
        await asyncio.sleep(0.02)
    return time.monotonic() - started
