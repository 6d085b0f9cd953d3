"""Runs uvicorn: one process, or several that share a socket, are started anew when they die, and end with the first."""

import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from multiprocessing.process import BaseProcess
from types import FrameType

import uvicorn
from uvicorn.supervisors import Multiprocess

from service.http.gate import Gate

APP = "service.http.worker:create"
PROTOCOL = "service.http.protocol:BoundedProtocol"
BACKLOG = 128  # connections that wait to be accepted; what is beyond is refused by the system
KEEP_ALIVE = 5  # seconds that an idle connection is kept
LOOKS = 0.5  # seconds for a sign that a worker is ready
CANT_START = 4  # how a worker ends that has said why it can't start
HANGS_AFTER = 10  # seconds without a sign of life after which a worker is replaced; one that starts needs some


def run(host: str, port: int, workers: int, drains_in: int, ready: Callable[[str], None]) -> None:
    """Serve until told to end by SIGTERM or SIGINT; requests in progress have `drains_in` seconds then."""
    config = uvicorn.Config(
        APP,
        factory=True,
        host=host,
        port=port,
        http=PROTOCOL,
        ws="none",
        workers=workers,
        log_config=None,
        access_log=False,
        server_header=False,
        backlog=BACKLOG,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=drains_in,
        timeout_worker_healthcheck=HANGS_AFTER,
        proxy_headers=False,  # who calls is known by a credential, never by a header about addresses
    )
    socket = config.bind_socket()
    bound = socket.getsockname()
    ready(f"http://{bound[0]}:{bound[1]}")
    if workers > 1:
        supervisor = Supervisor(config, sockets=[socket])
        supervisor.run()
        if supervisor.failed:
            sys.exit(1)  # each worker has said why
    else:
        with suppress(KeyboardInterrupt):  # how uvicorn passes a SIGINT on, once it has ended for it
            uvicorn.Server(config).run(sockets=[socket])


def encoder_threads(workers: int) -> int:
    """Return how many threads each worker's encoder gets where nobody says so: all that it may use but one.

    With all of them a ticket alone is answered sooner, but many at once later: on two cores a worker decides a fifth
    fewer tickets, and a refusal takes three times as long (`python -m evals bench load`, TRIAGE_THREADS=2 and =1).
    """
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, usable // workers - 1)


class Supervisor(Multiprocess):
    """Knows at once when a worker dies, and waits for the end of one no longer than it may take."""

    served = False  # whether a worker has been ready
    failed = False  # whether none could be

    def keep_subprocess_alive(self) -> None:
        """See Multiprocess, which would wait in full for a sign of life from a worker that has died meanwhile.

        What keeps the first workers from starting would keep all others; later a part may be away for a while.
        """
        for worker in self.processes:
            worker.child_conn.close()  # the worker's end, of which it has its own copy: what it closes is closed then
        self.served = self.served or any(worker.is_ready(LOOKS) for worker in self.processes)
        before = list(self.processes)
        super().keep_subprocess_alive()
        replaced = [worker for worker, now in zip(before, self.processes, strict=True) if worker is not now]
        if not self.served and any(worker.exitcode == CANT_START for worker in replaced):
            self.failed = True
            self.should_exit.set()

    def join_all(self) -> None:
        """See Multiprocess, which would wait for a worker that hangs."""
        ends = time.monotonic() + (self.config.timeout_graceful_shutdown or 0) + 1
        for worker in self.processes:
            worker.process.join(max(0.0, ends - time.monotonic()))
            if worker.process.is_alive():
                worker.process.kill()
        super().join_all()


def drain_when_told(gate: Gate) -> None:
    """Close the gate as soon as the process is told to end, before the server's own handler runs."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, partial(_told, gate, signal.getsignal(number)))


def _told(gate: Gate, before: object, number: int, frame: FrameType | None) -> None:
    gate.draining = True
    if callable(before):
        before(number, frame)


def end_with_supervisor() -> None:
    """End this worker when the process that started it has gone, as it would stay for ever and hold the socket."""
    supervisor = multiprocessing.parent_process()
    if supervisor is not None:
        threading.Thread(target=_end_after, args=(supervisor,), name="end-with-supervisor", daemon=True).start()


def _end_after(supervisor: BaseProcess) -> None:
    supervisor.join()
    os.kill(os.getpid(), signal.SIGTERM)
