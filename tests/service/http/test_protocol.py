"""Clients that do not take their answers: what is sent to them waits for a while, not for ever."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
import uvicorn
import uvloop
from starlette.types import ASGIApp, Receive, Scope, Send

from service.http.protocol import PATIENCE, BoundedProtocol
from tests.service.http.raw import request, until

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

SECONDS = 0.4  # that a client has
PIECE = b"x" * 64 * 1024
MANY = 100  # pieces: more than all buffers of a connection hold


class Sender:
    """An application that sends many pieces, and notes when it is through."""

    def __init__(self, *, at_once: bool) -> None:
        self.at_once = at_once
        self.ended = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        if scope["type"] == "lifespan":
            scope["state"][PATIENCE] = SECONDS
            for kind in ("startup", "shutdown"):
                await receive()
                await send({"type": f"lifespan.{kind}.complete"})
            return
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for piece in [PIECE * MANY] if self.at_once else [PIECE] * MANY:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
        self.ended.set()


@asynccontextmanager
async def running(app: ASGIApp) -> AsyncIterator[tuple[uvicorn.Server, int]]:
    """Run a server in this process; yield it and its port."""
    config = uvicorn.Config(app, port=0, http=BoundedProtocol, log_config=None, timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    bound = config.bind_socket()
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, len(PIECE))
    task = asyncio.create_task(server._serve([bound]))
    try:
        await asyncio.to_thread(until, lambda: server.started)
        yield server, bound.getsockname()[1]
    finally:
        server.should_exit = True
        await task


@asynccontextmanager
async def asking(port: int) -> AsyncIterator[socket.socket]:
    """Yield a connection that has asked and reads nothing; the system takes little for it."""
    with socket.socket() as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, len(PIECE))
        line.setblocking(False)
        await asyncio.get_running_loop().sock_connect(line, ("127.0.0.1", port))
        await asyncio.get_running_loop().sock_sendall(line, request("GET", "/"))
        yield line


LOOPS = [
    pytest.param(uvloop.new_event_loop, id="uvloop"),
    pytest.param(asyncio.new_event_loop, id="asyncio", marks=pytest.mark.slow),  # where uvloop is not installed
]


@pytest.mark.parametrize("loop_factory", LOOPS)
@pytest.mark.parametrize("at_once", [False, True], ids=["in pieces", "at once"])
def test_a_client_that_never_reads_loses_its_connection(
    loop_factory: Callable[[], asyncio.AbstractEventLoop], at_once: bool
) -> None:
    async def scenario() -> None:
        app = Sender(at_once=at_once)
        async with running(app) as (server, port), asking(port):
            async with asyncio.timeout(10):
                await app.ended.wait()
                await asyncio.to_thread(until, lambda: not server.server_state.connections)

    with asyncio.Runner(loop_factory=loop_factory) as runner:
        runner.run(scenario())


@pytest.mark.slow
@pytest.mark.parametrize("loop_factory", LOOPS)
def test_a_client_that_reads_slowly_gets_everything(loop_factory: Callable[[], asyncio.AbstractEventLoop]) -> None:
    async def scenario() -> None:
        loop, received = asyncio.get_running_loop(), 0
        async with running(Sender(at_once=False)) as (_, port), asking(port) as line:
            async with asyncio.timeout(30):
                while received < len(PIECE) * MANY:
                    more = await loop.sock_recv(line, len(PIECE))
                    assert more, f"cut after {received} bytes"
                    received += len(more)
                    if received < 16 * len(PIECE):
                        await asyncio.sleep(SECONDS / 4)

    with asyncio.Runner(loop_factory=loop_factory) as runner:
        runner.run(scenario())
