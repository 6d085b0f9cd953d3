"""The service in this process, on both databases, with a clock that tests turn."""

import socket
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from agent.assemble import Agent
from service.callers import KEY_ROLES
from service.http.app import create_app
from service.http.parts import Parts, open_parts
from service.settings import ServiceSettings
from service.store.keys import create_key
from service.store.signing import ensure_signing_secret
from tests.service.databases import Fresh
from tests.service.serving import Served, furnish, serving
from tools.demo_shop.seed import SHOP_DAY, seeded_orders
from tools.refund_rules import refund_rules
from tools.refunds import judge


@dataclass
class Clock:
    """Stands still until it is turned."""

    time: datetime = datetime(2026, 11, 25, 12, 0, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time

    def turn(self, **by: float) -> None:
        """Go on by so much."""
        self.time += timedelta(**by)


@dataclass
class Running:
    """The service with one key for each role."""

    app: FastAPI
    parts: Parts
    clock: Clock
    http: httpx2.AsyncClient
    keys: dict[str, str] = field(default_factory=dict)

    async def post(self, path: str, body: Any = None, role: str = "service", **headers: str) -> httpx2.Response:
        """POST a JSON body with the key of a role, or with a credential given as `role`."""
        return await self.http.post(path, json=body if body is not None else {}, headers=self._headers(role, headers))

    async def get(self, path: str, role: str = "service", **headers: str) -> httpx2.Response:
        """GET with the key of a role, or with a credential given as `role`."""
        return await self.http.get(path, headers=self._headers(role, headers))

    async def token(self, customer_id: str | None = None) -> str:
        """Return a chat token."""
        answer = await self.post("/v1/chat-tokens", {"customer_id": customer_id} if customer_id else {})
        token: str = answer.json()["token"]
        return token

    def _headers(self, role: str, headers: dict[str, str]) -> dict[str, str]:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return {"Authorization": f"Bearer {self.keys.get(role, role)}"} | named


@pytest.fixture
def service_settings() -> ServiceSettings:
    """Settings of the service; tests of limits have their own."""
    return ServiceSettings(limits=False)


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest) -> str:
    """A fresh database of each kind."""
    fresh: Fresh = request.getfixturevalue(f"fresh_{request.param}_database")
    return fresh()


@pytest.fixture
def parts(agent: Agent, url: str, service_settings: ServiceSettings) -> Iterator[Parts]:
    """What the service works with."""
    opened = open_parts(agent, url, service_settings, Clock())
    yield opened
    opened.store.close()


@pytest.fixture(scope="session")
def served(root: Path, var: Path, silent_shop: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server process for all tests that leave it running.

    It limits nobody's number of requests, waits a second for clients, and has the silent shop.
    """
    own = furnish(var, tmp_path_factory.mktemp("served"))
    settings = {"TRIAGE_LIMITS": "false", "TRIAGE_PATIENCE": "1", "TRIAGE_SHOP": silent_shop}
    with serving(root, own, **settings) as running:
        yield running


@pytest.fixture(scope="session")
def silent_shop() -> Iterator[str]:
    """The address of a shop that takes connections and never answers: whoever looks up an order there waits."""
    with socket.create_server(("127.0.0.1", 0), backlog=512) as shop:
        yield f"http://127.0.0.1:{shop.getsockname()[1]}"


@pytest.fixture(scope="session")
def offered() -> str:
    """An order of C-1001 that qualifies for a refund."""
    mine = (order for order in seeded_orders() if order.customer_id == "C-1001")
    return next(order.order_id for order in mine if judge(order, SHOP_DAY, refund_rules()).eligible)


@pytest.fixture
async def service(parts: Parts) -> AsyncIterator[Running]:
    """The service, ready to be asked."""
    now = parts.now
    assert isinstance(now, Clock)
    app = create_app(parts)
    parts.store.write_now(lambda session: ensure_signing_secret(session, now()))
    keys = parts.store.write_now(
        lambda session: {role.value: create_key(session, "test", role.value, now())[1] for role in KEY_ROLES}
    )
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as http:
        yield Running(app, parts, now, http, keys)
