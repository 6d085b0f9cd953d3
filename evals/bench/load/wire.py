"""A client that costs nearly nothing, since it shares the machine with the server that it measures.

HTTP/1.1 over connections that are kept. It reads a status and a Content-Length, which is all that our server answers
with here; whatever else happens is status 0.
"""

import asyncio

BROKEN = 0  # the status of a request that got no whole answer
_END = b"\r\n\r\n"


def post(path: str, host: str, credential: str, body: bytes) -> bytes:
    """Return a whole request."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {credential}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode("ascii") + body


class Connections:
    """Any number of connections to one server; one that is idle is used again."""

    def __init__(self, host: str, port: int) -> None:
        self._host = host
        self._port = port
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def send(self, request: bytes) -> int:
        """Send a request and return its answer's status once all of the answer is here."""
        while self._idle:
            # A server closes what was idle for long, maybe at this very moment: then nothing of the request was taken.
            if (status := await self._over(*self._idle.pop(), request)) != BROKEN:
                return status
        try:
            return await self._over(*await asyncio.open_connection(self._host, self._port), request)
        except OSError:
            return BROKEN

    async def _over(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> int:
        try:
            status, kept = await _exchange(reader, writer, request)
        except (OSError, asyncio.IncompleteReadError, ValueError):
            status, kept = BROKEN, False
        if kept:
            self._idle.append((reader, writer))
        else:
            writer.close()
        return status

    async def close(self) -> None:
        """Close all that are idle."""
        for _, writer in self._idle:
            writer.close()
        self._idle.clear()


async def _exchange(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> tuple[int, bool]:
    writer.write(request)
    head = (await reader.readuntil(_END)).lower()
    length = int(head.partition(b"\r\ncontent-length:")[2].partition(b"\r\n")[0])
    await reader.readexactly(length)
    return int(head[9:12]), b"\r\nconnection: close" not in head
