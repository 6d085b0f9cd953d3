"""The scripted server: listens on loopback, keeps a journal of what it was asked, and answers by its script."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from typing import Any

from evals.scripted_server.answers import MODEL, say
from evals.scripted_server.exchange import LONGEST_HEAD, Exchange, Request, read_request
from evals.scripted_server.faults import FAULTS, refused_field
from evals.scripted_server.minds import Mind

EVERY_WAY = frozenset({"json_schema", "tool", "json_object", "text"})
# Which fault a request meets, by its number among those for chat (from 0) and itself; None for the right answer.
Script = Callable[[int, Request], str | None]


@dataclass
class ScriptedServer:
    """`offers` are the ways that it knows; for others it answers `refuses_with`. `delay_s` passes first.

    `takes_not` are fields of a request that it refuses by name. `one_at_a_time`, what it is asked waits for what it was
    asked before, be it for an answer that nobody waits for any more.
    """

    mind: Mind
    script: Script = lambda _number, _request: None
    offers: frozenset[str] = EVERY_WAY
    refuses_with: str = "rejected"
    takes_not: frozenset[str] = frozenset()
    models: tuple[str, ...] = (MODEL,)
    delay_s: float = 0.0
    usage: bool = True
    one_at_a_time: bool = False
    journal: list[Request] = field(default_factory=list)
    address: str = ""
    _open: set["asyncio.Task[Any]"] = field(default_factory=set)
    _free: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def asked(self) -> list[str]:
        """Return which questions were asked, in order."""
        return [request.question for request in self.journal if request.path.endswith("/chat/completions")]

    @asynccontextmanager
    async def listening(self, port: int = 0) -> AsyncIterator["ScriptedServer"]:
        """Listen while the context lasts; `address` is what OPENAI_BASE_URL has to be."""
        server = await asyncio.start_server(self._connected, "127.0.0.1", port, limit=LONGEST_HEAD)
        self.address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
        try:
            yield self
        finally:
            server.close()
            for connection in self._open:
                connection.cancel()
            await asyncio.gather(*self._open, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._open.add(task)
            task.add_done_callback(self._open.discard)
        try:
            while (request := await read_request(reader)) is not None:
                self.journal.append(request)
                number = len(self.asked) - 1
                async with self._free if self.one_at_a_time else nullcontext():
                    await self._answer(Exchange(request, writer), number)
                if request.streamed:
                    break
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the client went away, or the server does
        finally:
            with suppress(ConnectionError):
                writer.close()

    async def _answer(self, exchange: Exchange, number: int) -> None:
        request = exchange.request
        if request.method == "GET" and request.path.endswith("/models"):
            listed = {"object": "list", "data": [{"id": name, "object": "model"} for name in self.models]}
            await exchange.answer(200, json.dumps(listed).encode())
        elif request.method == "POST" and request.path.endswith("/chat/completions"):
            await self._complete(exchange, number)
        else:
            await exchange.answer(404, b'{"error": {"message": "no such path"}}')

    async def _complete(self, exchange: Exchange, number: int) -> None:
        request = exchange.request
        await asyncio.sleep(self.delay_s)
        right = json.dumps(self.mind(request))
        if (fault := self.script(number, request)) is not None:
            await FAULTS[fault](exchange, right)
        elif refused := sorted(self.takes_not & set(request.body)):
            await refused_field(refused[0])(exchange, right)
        elif request.way not in self.offers:
            await FAULTS[self.refuses_with](exchange, right)
        else:
            await say(exchange, right, usage=self.usage)
