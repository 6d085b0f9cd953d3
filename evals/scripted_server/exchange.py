"""One request to the scripted server and the raw bytes that answer it, so that an answer can be wrong in any way."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

LONGEST_HEAD = 64 * 1024
# The key of its form tells which question a request is, however the form was passed on.
_ASKED = {"lookups": "choose_lookups", "reply": "write_reply", "label": "classify", "word": "say"}


@dataclass(frozen=True)
class Request:
    """What a client sent; `body` is {} where there was none."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: Mapping[str, Any]

    @property
    def question(self) -> str:
        """Return which question it is: one of the three acts, or "say" for the one that finds out the server's ways."""
        for key, question in _ASKED.items():
            if f'"{key}"' in self._form():
                return question
        return ""

    @property
    def way(self) -> str:
        """Return how the answer is to be made to fit its schema; see agent.models.chat.Way."""
        if "tools" in self.body:
            return "tool"
        return str(self.body.get("response_format", {}).get("type", "text"))

    @property
    def streamed(self) -> bool:
        """Say whether server-sent events are wanted."""
        return bool(self.body.get("stream"))

    def text(self, role: str) -> str:
        """Return what this role says, all of it."""
        messages = self.body.get("messages", [])
        return "\n".join(str(one.get("content")) for one in messages if one.get("role") == role)

    def _form(self) -> str:
        passed = {name: self.body[name] for name in ("tools", "response_format") if name in self.body}
        return json.dumps(passed) if self.way in {"tool", "json_schema"} else self.text("system")


@dataclass
class Exchange:
    """A request, and the way back to whoever sent it."""

    request: Request
    writer: asyncio.StreamWriter

    async def send(self, content: bytes) -> None:
        """Send bytes as they are."""
        self.writer.write(content)
        await self.writer.drain()

    async def answer(
        self, status: int, body: bytes, kind: str = "application/json", headers: Mapping[str, str] | None = None
    ) -> None:
        """Send a whole answer."""
        await self.send(
            head(status, {"Content-Type": kind, "Content-Length": str(len(body)), **(headers or {})}) + body
        )

    async def open_stream(self) -> None:
        """Send the head of server-sent events, which end with the connection."""
        await self.send(head(200, {"Content-Type": "text/event-stream", "Connection": "close"}))


def head(status: int, headers: Mapping[str, str]) -> bytes:
    """Return the head of an answer."""
    lines = [f"HTTP/1.1 {status} Scripted", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode()


async def read_request(reader: asyncio.StreamReader) -> Request | None:
    """Return the next request of a connection, None where it ends."""
    try:
        raw = await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError):
        return None
    first, *rest = raw.decode("latin-1").split("\r\n")
    method, path, _ = first.split(" ", 2)
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in rest if line)}
    length = int(headers.get("content-length", "0"))
    content = await reader.readexactly(length) if length else b""
    return Request(method, path, headers, json.loads(content) if content else {})
