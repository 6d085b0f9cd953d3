"""A relay on loopback between the agent and the real server: it passes bytes on as they are, and keeps them."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

PIECE = 65536


@dataclass
class Exchange:
    """One request and its answer, as bytes; read once the answer is whole."""

    sent: bytearray = field(default_factory=bytearray)
    received: bytearray = field(default_factory=bytearray)

    @cached_property
    def asked(self) -> dict[str, Any]:
        """Return the JSON body of the request, {} where it has none."""
        _, _, body = self.sent.partition(b"\r\n\r\n")
        return dict(json.loads(body)) if body else {}

    @property
    def question(self) -> str:
        """Return the name of the function that has to be called: one of the acts, "say" for the probe, or ""."""
        tools = self.asked.get("tools", [])
        return str(tools[0]["function"]["name"]) if tools else ""

    @property
    def status(self) -> int:
        """Return the HTTP status of the answer, 0 where none came."""
        return int(self.received.split(b" ", 2)[1]) if self.received else 0

    @cached_property
    def bodies(self) -> list[dict[str, Any]]:
        """Return the JSON objects of the answer: the one, or each event of a stream; what was cut off is left out."""
        head, _, body = self.received.partition(b"\r\n\r\n")
        streamed = b"text/event-stream" in head
        pieces = [line[len(b"data: ") :] for line in body.splitlines() if line.startswith(b"data: {")]
        found = []
        for piece in pieces if streamed else [body]:
            with suppress(ValueError):
                found.append(json.loads(piece))
        return found

    @property
    def usage(self) -> list[dict[str, int]]:
        """Return what the server counted: once or, in its streams, never."""
        return [body["usage"] for body in self.bodies if body.get("usage")]

    @property
    def written(self) -> str:
        """Return what the model wrote: the arguments of the function's call."""
        choices = [choice for body in self.bodies for choice in body.get("choices", [])]
        said = [choice.get("message") or choice.get("delta") or {} for choice in choices]
        return "".join(call["function"]["arguments"] for one in said for call in one.get("tool_calls") or [])


@dataclass
class Wiretap:
    """`address` is where to ask instead of the server; `exchanges` went over it so far."""

    server: str
    address: str = ""
    exchanges: list[Exchange] = field(default_factory=list)
    _ways: set["asyncio.Task[None]"] = field(default_factory=set)
    _relays: set["asyncio.Task[Any]"] = field(default_factory=set)

    def of(self, question: str) -> list[Exchange]:
        """Return the exchanges about this question."""
        return [one for one in self.exchanges if one.question == question]

    @asynccontextmanager
    async def listening(self) -> AsyncIterator["Wiretap"]:
        """Relay while the context lasts."""
        listener = await asyncio.start_server(self._relay, "127.0.0.1", 0)
        self.address = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}/v1"
        try:
            yield self
        finally:
            listener.close()
            for way in self._ways:
                way.cancel()
            await asyncio.gather(*self._relays)

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection until either end closes it."""
        relay = asyncio.current_task()
        assert relay is not None
        self._relays.add(relay)
        beyond = urlsplit(self.server)
        far_reader, far_writer = await asyncio.open_connection(beyond.hostname, beyond.port)
        talk: list[Exchange] = []
        ways = {
            asyncio.create_task(self._there(reader, far_writer, talk)),
            asyncio.create_task(self._back(far_reader, writer, talk)),
        }
        self._ways |= ways
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)
        far_writer.close()
        writer.close()

    async def _there(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, talk: list[Exchange]) -> None:
        while piece := await reader.read(PIECE):
            if not talk or talk[-1].received:
                talk.append(Exchange())
                self.exchanges.append(talk[-1])
            talk[-1].sent += piece
            writer.write(piece)
            await writer.drain()

    async def _back(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, talk: list[Exchange]) -> None:
        while piece := await reader.read(PIECE):
            talk[-1].received += piece
            writer.write(piece)
            await writer.drain()
