"""A copy of what setup built, the command line in the checkout, databases, and the service: here and as a process."""

import shutil
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx2
import pytest

from agent.assemble import Agent
from service.callers import KEY_ROLES
from service.http.app import create_app
from service.http.parts import Parts, open_parts
from service.settings import ServiceSettings
from service.store.keys import create_key
from service.store.signing import ensure_signing_secret
from tests.processes import Done, triage
from tests.service.databases import Fresh, fresh_postgres, fresh_sqlite
from tests.service.running import Clock, Running
from tests.service.serving import Served, furnish, serving
from tools.demo_shop.seed import SHOP_DAY, ensure_demo_shop, seeded_orders
from tools.demo_shop.store import DemoShop
from tools.refund_rules import refund_rules
from tools.refunds import judge


@pytest.fixture
def copied_var(var: Path, tmp_path: Path) -> Path:
    """A copy of what setup built, to be damaged."""
    current = (var / "knowledge" / "current").read_text(encoding="utf-8").strip()
    shutil.copytree(var / "encoder", tmp_path / "encoder")
    shutil.copytree(var / "knowledge" / current, tmp_path / "knowledge" / current)
    for file in var.glob("shop.db*"):
        shutil.copy(file, tmp_path / file.name)
    return tmp_path


@pytest.fixture
def run(root: Path) -> Callable[..., Done]:
    """The command line in the checkout."""

    def call(*arguments: str | bytes, **environment: str) -> Done:
        return triage(root, *arguments, **environment)

    return call


@pytest.fixture(scope="session")
def fresh_sqlite_database(tmp_path_factory: pytest.TempPathFactory) -> Fresh:
    """Make SQLite databases."""
    return fresh_sqlite(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def fresh_postgres_database() -> Iterator[Fresh]:
    """Make databases of a Postgres that ends with the tests.

    Not among pytest's own folders: every start of pytest closes these to the user that Postgres runs as under root.
    """
    with TemporaryDirectory(prefix="triage-postgres-") as folder, fresh_postgres(Path(folder)) as fresh:
        yield fresh


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
def shop(tmp_path: Path) -> Iterator[DemoShop]:
    """A shop of the test's own, for tests that pay refunds."""
    ensure_demo_shop(tmp_path / "shop.db")
    opened = DemoShop(tmp_path / "shop.db")
    yield opened
    opened.close()


@pytest.fixture
def serving_agent(agent: Agent) -> Agent:
    """The agent behind the service; tests that pay refunds give it a shop of their own."""
    return agent


@pytest.fixture
def parts(serving_agent: Agent, url: str, service_settings: ServiceSettings) -> Iterator[Parts]:
    """What the service works with."""
    opened = open_parts(serving_agent, url, service_settings, Clock())
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
