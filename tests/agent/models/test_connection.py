"""The connection to a model server goes where it was told to go, keeps nothing, and reads only so much."""

import asyncio
import gzip
import json
import socket
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import pytest
from pydantic import SecretStr

from agent.models.chat import Answered, ChatFailed, Dialect, Fault, Question, Way
from agent.models.openai.connection import LARGEST_ANSWER
from agent.models.openai.line import OpenAILine
from evals.scripted_server.exchange import head
from evals.scripted_server.server import ScriptedServer
from tests.agent.models.raw_server import RawServer
from tests.agent.models.talking import MODEL, honest
from tests.service.stray import listening

pytestmark = [pytest.mark.allow_hosts(["127.0.0.1"]), pytest.mark.slow]
KEY = "sk-for-one-server"
TEN_MB = 10 * 1024 * 1024
QUESTION = Question("say", "Answer.", "Say it.", {"type": "object", "properties": {"word": {}}}, 10)
STREAMED = Question("say", "Answer.", "Say it.", {"type": "object", "properties": {"word": {}}}, 10, streamed=True)
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "OPENAI_PROXY")
Act = Callable[[OpenAILine], Coroutine[Any, Any, object]]
ACTS: dict[str, Act] = {
    "models": lambda line: line.models(),
    "asked": lambda line: line.ask(QUESTION, Dialect(Way.JSON_SCHEMA), MODEL),
    "streamed": lambda line: line.ask(STREAMED, Dialect(Way.JSON_SCHEMA), MODEL),
}
every_act = pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)


@asynccontextmanager
async def line_to(address: str, key: str | None = KEY) -> AsyncIterator[OpenAILine]:
    line = OpenAILine(address, SecretStr(key) if key else None)
    try:
        yield line
    finally:
        await line.close()


async def fault_of(act: Act, line: OpenAILine) -> Fault:
    with pytest.raises(ChatFailed) as failed:
        await act(line)
    return failed.value.fault


@every_act
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_no_redirect_is_followed(act: Act, status: int) -> None:
    async with RawServer().listening() as elsewhere:
        told = head(status, {"Location": f"{elsewhere.address}/chat/completions", "Content-Length": "0"})
        async with RawServer(told).listening() as server, line_to(server.address) as line:
            assert await fault_of(act, line) is Fault.REFUSED
            assert len(server.requests) == 1
        assert elsewhere.requests == []


@every_act
async def test_no_cookie_is_sent_back(act: Act) -> None:
    answer = head(500, {"Set-Cookie": "followed=you; Path=/", "Content-Length": "0"})
    async with RawServer(answer).listening() as server, line_to(server.address) as line:
        for _ in range(2):
            await fault_of(act, line)
        assert [request.headers.get("cookie") for request in server.requests] == [None, None]


@every_act
async def test_one_question_is_one_request(act: Act) -> None:
    answer = head(503, {"Retry-After": "0", "Content-Length": "0"})
    async with RawServer(answer).listening() as server, line_to(server.address) as line:
        await fault_of(act, line)
        assert len(server.requests) == 1
        client = line._client
        assert (client.max_retries, client.root_async_client.max_retries) == (0, 0)


@every_act
async def test_the_key_and_nothing_compressed(act: Act) -> None:
    async with ScriptedServer(honest()).listening() as server:
        for key in (KEY, None):
            async with line_to(server.address, key) as line:
                await act(line)
        sent = [(request.headers["authorization"], request.headers["accept-encoding"]) for request in server.journal]
    assert sent == [(f"Bearer {KEY}", "identity"), ("Bearer none", "identity")]


@every_act
@pytest.mark.parametrize("scheme", ["http", "socks5"])
async def test_variables_of_others_divert_nothing(
    act: Act, scheme: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with listening() as knocks:
        for name in (*PROXIES, *(name.lower() for name in PROXIES)):
            monkeypatch.setenv(name, f"{scheme}://127.0.0.1:{knocks.port}")
        for name in ("OPENAI_BASE_URL", "OPENAI_API_BASE"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{knocks.port}/v1")
        for name in ("NO_PROXY", "no_proxy"):
            monkeypatch.setenv(name, "")
        async with ScriptedServer(honest()).listening() as server, line_to(server.address) as line:
            await act(line)
            assert len(server.journal) == 1
    assert (knocks.heard, caplog.messages) == (0, [])


def _large(kind: str, piece: bytes) -> tuple[bytes, ...]:
    return (head(200, {"Content-Type": kind, "Connection": "close"}), *[piece] * (TEN_MB // len(piece)))


EVENT = b'data: {"id":"c","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"%b"}}]}\n\n'
LARGE = {
    "one body": _large("application/json", b'{"data": "' + b"x" * 16384),
    "a stream of events": _large("text/event-stream", EVENT % (b"x" * 1000)),
    "an event without end": _large("text/event-stream", b"data: " + b"x" * 16384),
}


@every_act
@pytest.mark.parametrize("parts", LARGE.values(), ids=LARGE)
async def test_of_ten_megabytes_little_is_read(act: Act, parts: tuple[bytes, ...]) -> None:
    async with RawServer(*parts).listening() as server, line_to(server.address) as line:
        assert await fault_of(act, line) is Fault.TOO_LARGE
        assert server.sent < 6 * LARGEST_ANSWER  # with what the machine's buffers have taken


@every_act
@pytest.mark.parametrize("coding", ["gzip", "GZIP", "br", "deflate", "identity, gzip"])
async def test_what_is_compressed_is_not_read_at_all(act: Act, coding: str) -> None:
    """A few kilobytes could become any size."""
    begins = head(200, {"Content-Type": "application/json", "Content-Encoding": coding, "Connection": "close"})
    packed = gzip.compress(b" " * TEN_MB)
    async with RawServer(begins, *[packed] * 1000).listening() as server, line_to(server.address) as line:
        assert await fault_of(act, line) is Fault.TOO_LARGE
        assert server.sent < 6 * LARGEST_ANSWER


@every_act
@pytest.mark.parametrize("scheme", ["http", pytest.param("https", marks=pytest.mark.slow)])
async def test_where_nobody_answers_as_agreed_the_server_is_unreachable(act: Act, scheme: str) -> None:
    """A closed port, and a server without TLS where it should have it."""
    async with ScriptedServer(honest()).listening() as server:
        address = server.address
        if scheme == "https":
            async with line_to(address.replace("http", "https")) as line:
                assert await fault_of(act, line) is Fault.UNREACHABLE
            return
    async with line_to(address) as line:
        assert await fault_of(act, line) is Fault.UNREACHABLE


def test_each_event_loop_has_connections_of_its_own() -> None:
    async def ask(line: OpenAILine) -> Answered:
        async with ScriptedServer(honest()).listening(port) as server:
            assert server.address == address
            return await line.ask(STREAMED, Dialect(Way.JSON_SCHEMA), MODEL)

    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}/v1"
    line = OpenAILine(address, None)
    for _ in range(2):
        assert json.loads(asyncio.run(ask(line)).content) == {"word": "kept"}
