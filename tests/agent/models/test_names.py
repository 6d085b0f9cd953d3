"""A resolver that hangs or fails costs a ticket the large model's part of it, and nothing else."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from agent.assemble import Agent
from agent.decision import Decision, Flag
from agent.models.openai.names import Name
from agent.settings import ServerSettings
from agent.taxonomy import NextAction
from agent.ticket import Ticket
from evals.released import as_release
from tests.agent.models.faulty import SLOWEST_S
from tests.agent.models.talking import CUSTOMER, WANTS_MONEY

# pytest-socket puts a guard in the place of getaddrinfo where no host is allowed, and takes it away before monkeypatch
# undoes its own work: that would bring the guard back, and stop the next test that may use the network.
pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

HOST = "models.example"
AT_ONCE = 12  # tickets: more than there are threads for all that waits
real_getaddrinfo = socket.getaddrinfo


@dataclass
class Resolver:
    """Knows nobody, and says so once it is let."""

    says: threading.Event = field(default_factory=threading.Event)
    asked: int = 0

    def __call__(self, host: str | bytes | None, *rest: object, **more: object) -> object:
        if host not in {HOST, HOST.encode()}:
            return real_getaddrinfo(host, *rest, **more)  # type: ignore[arg-type]
        self.asked += 1
        self.says.wait(30)
        raise socket.gaierror(socket.EAI_NONAME, "not known")


@pytest.fixture
def resolver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Resolver]:
    found = Resolver()
    monkeypatch.setattr(socket, "getaddrinfo", found)
    yield found
    found.says.set()


async def _decided(agent: Agent, folder: Path) -> list[Decision]:
    settings = ServerSettings.model_validate({"base_url": f"http://{HOST}/v1", "model": "m"})
    large, chosen = as_release(agent, "llm", settings, folder)
    assert chosen.server is not None
    tickets = (large.run(Ticket.of(WANTS_MONEY, customer_id=CUSTOMER)) for _ in range(AT_ONCE))
    started = time.monotonic()
    try:
        found = await asyncio.gather(*tickets)
    finally:
        await chosen.server.close()
    assert time.monotonic() - started < SLOWEST_S
    return [decision for decision, _ in found]


@pytest.mark.slow
@pytest.mark.parametrize("hangs", [True, pytest.param(False, marks=pytest.mark.slow)], ids=["hangs", "fails"])
async def test_code_decides_as_ever(agent: Agent, tmp_path: Path, resolver: Resolver, hangs: bool) -> None:
    if not hangs:
        resolver.says.set()
    for decision in await _decided(agent, tmp_path):
        assert decision.next_action is NextAction.OFFER_REFUND
        assert decision.flags == [Flag.MODEL_UNAVAILABLE]
    assert resolver.asked == 1 or not hangs  # for all tickets, and all their tries


async def test_whoever_goes_away_takes_the_answer_from_nobody(resolver: Resolver) -> None:
    name = Name(HOST)
    first, second = (asyncio.create_task(name.resolves(10.0)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    resolver.says.set()
    assert await second is False
    assert resolver.asked == 1


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "[::1]"])
async def test_an_address_needs_no_lookup(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", None)
    assert await Name(host).resolves(0.0)


async def test_what_resolved_is_not_asked_for_with_every_request(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *_rest: asked.append(host) or [host])
    name = Name(HOST)
    assert [await name.resolves(5.0) for _ in range(3)] == [True] * 3
    assert asked == [HOST]
