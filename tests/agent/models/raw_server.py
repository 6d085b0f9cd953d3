"""A server that answers with bytes that no scripted server would send."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Self

from evals.scripted_server.exchange import Request, head, read_request


class RawServer:
    """Answers every request with the same bytes, and counts what it could get rid of."""

    def __init__(self, *parts: bytes) -> None:
        self.parts = parts
        self.requests: list[Request] = []
        self.sent = 0
        self.address = ""

    @classmethod
    def answering(cls, body: object) -> Self:
        """Return one that answers with this JSON."""
        content = json.dumps(body).encode()
        return cls(head(200, {"Content-Type": "application/json", "Content-Length": str(len(content))}) + content)

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[Self]:
        """Listen while the context lasts; `address` is what OPENAI_BASE_URL has to be."""
        ear = socket.create_server(("127.0.0.1", 0))
        ear.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65536)  # what waits here has not been read
        async with await asyncio.start_server(self._connected, sock=ear):
            self.address = f"http://127.0.0.1:{ear.getsockname()[1]}/v1"
            yield self

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if (request := await read_request(reader)) is not None:
                self.requests.append(request)
                for part in self.parts:
                    writer.write(part)
                    await writer.drain()
                    self.sent += len(part)
        except (ConnectionError, asyncio.CancelledError):
            pass  # the client has had enough, or the test has
        finally:
            writer.close()
