"""The session's agent with a large model behind a scripted server, in one event loop with it, or the server aside."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import Future
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from agent.assemble import Agent
from agent.deadline import Deadline
from agent.decision import Decision
from agent.models.choose import Chosen
from agent.models.server import ModelServer
from agent.models.spending import Spending
from agent.settings import ServerSettings
from agent.ticket import Ticket
from agent.trace import Trace
from evals.released import as_release
from evals.scripted_server.minds import Honest
from evals.scripted_server.server import ScriptedServer

CUSTOMER, ORDER, FOREIGN = "C-1001", "A-10234", "A-10235"
WANTS_MONEY = f"I want my money back for {ORDER}"
MODEL = "scripted-1"


@dataclass(frozen=True)
class Talk:
    """An agent that talks to a server, and the server."""

    agent: Agent
    server: ScriptedServer
    chosen: Chosen

    @property
    def model_server(self) -> ModelServer:
        """What the agent asks by."""
        assert self.chosen.server is not None
        return self.chosen.server

    async def ask(self, text: str = WANTS_MONEY, **fields: object) -> tuple[Decision, Trace]:
        """Take one ticket its whole way."""
        known: dict[str, object] = {"customer_id": CUSTOMER, **fields}
        return await self.agent.run(Ticket.of(text, **known))  # type: ignore[arg-type]


def honest() -> Honest:
    """Return a mind that takes every message for a claim."""
    return Honest(lambda _message: "refund_request/claim")


@asynccontextmanager
async def talking(
    agent: Agent,
    var: Path,
    kind: str = "llm",
    server: ScriptedServer | None = None,
    *,
    knows_ways: bool = True,
    **settings: object,
) -> AsyncIterator[Talk]:
    """Run a server and yield an agent that asks it; `var` is a fresh folder.

    `knows_ways` has the server's ways found out before, so that the first ticket asks no more than its plan.
    """
    async with (server or ScriptedServer(honest())).listening() as listening:
        named: dict[str, object] = {"base_url": listening.address, "model": MODEL, "api_key": "test-key", **settings}
        talker, chosen = as_release(agent, kind, ServerSettings.model_validate(named), var)
        assert chosen.server is not None
        try:
            if knows_ways:
                await _find_out(listening, chosen)
            yield Talk(talker, listening, chosen)
        finally:
            await chosen.server.close()


async def _find_out(server: ScriptedServer, chosen: Chosen) -> None:
    """Have the ways found out as an unscripted server would answer, and forget that it was asked."""
    assert chosen.server is not None
    script, server.script = server.script, lambda _number, _request: None
    for _ in range(50):  # a busy machine may take longer than the server is given
        model, _ = await chosen.server.resolve(Spending(Deadline.after(5.0)))
        if chosen.server.dialects.known(model) is not None:
            break
        await asyncio.sleep(0.2)
    server.script = script
    server.journal.clear()


@contextmanager
def listening_aside(server: ScriptedServer) -> Iterator[ScriptedServer]:
    """Run a server in a thread of its own, for processes that ask it."""
    loop = asyncio.new_event_loop()
    ready: Future[asyncio.Event] = Future()

    async def listen() -> None:
        ends = asyncio.Event()
        async with server.listening():
            ready.set_result(ends)
            await ends.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(listen(),), daemon=True)
    thread.start()
    ends = ready.result(timeout=10)
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(ends.set)
        thread.join()
        loop.close()
