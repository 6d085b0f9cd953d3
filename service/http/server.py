"""Runs uvicorn: one process, or several that share one socket and are started anew when they die."""

import signal
from collections.abc import Callable
from functools import partial
from types import FrameType

import uvicorn
from uvicorn.supervisors import Multiprocess

from service.http.gate import Gate

APP = "service.http.worker:create"
BACKLOG = 128  # connections that wait to be accepted; what is beyond is refused by the system
KEEP_ALIVE = 5  # seconds that an idle connection is kept


def run(host: str, port: int, workers: int, drains_in: int, ready: Callable[[str], None]) -> None:
    """Serve until told to end by SIGTERM or SIGINT; requests in progress have `drains_in` seconds then."""
    config = uvicorn.Config(
        APP,
        factory=True,
        host=host,
        port=port,
        workers=workers,
        log_config=None,
        access_log=False,
        server_header=False,
        backlog=BACKLOG,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=drains_in,
        proxy_headers=False,  # who calls is known by a credential, never by a header about addresses
    )
    socket = config.bind_socket()
    bound = socket.getsockname()
    ready(f"http://{bound[0]}:{bound[1]}")
    if workers > 1:
        Multiprocess(config, sockets=[socket]).run()
    else:
        uvicorn.Server(config).run(sockets=[socket])


def drain_when_told(gate: Gate) -> None:
    """Close the gate as soon as the process is told to end, before the server's own handler runs."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, partial(_told, gate, signal.getsignal(number)))


def _told(gate: Gate, before: object, number: int, frame: FrameType | None) -> None:
    gate.draining = True
    if callable(before):
        before(number, frame)
