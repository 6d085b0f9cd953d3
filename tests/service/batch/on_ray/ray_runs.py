"""Runs on Ray: what they hold so far, who works for them, and a cluster of the tests' own."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.service.batch.batches import LONGEST_S, living

RAY = Path(sys.executable).with_name("ray")
ACTOR = "ray::MapWorker"


def awaited(what: Callable[[], object], process: subprocess.Popen[bytes] | None = None) -> None:
    """Wait until something holds, for no longer than a process lives."""
    ends = time.monotonic() + LONGEST_S
    while not what():
        assert process is None or process.poll() is None
        assert time.monotonic() < ends
        time.sleep(0.02)


def killed_after(process: subprocess.Popen[bytes], moment: Callable[[], bool], seconds: float) -> bool:
    """Kill a run so many seconds after a moment; return whether it was killed before its end."""
    awaited(lambda: process.poll() is not None or moment())
    with suppress(subprocess.TimeoutExpired):
        process.wait(seconds)
    killed = process.poll() is None
    process.kill()
    process.wait()
    return killed


def answered(out: Path) -> dict[str, tuple[int, int]]:
    """Return the slices that have answers, each with what a second writing of its file changes."""
    found = out.with_name(f"{out.name}.progress").glob("answers/*/[!.]*")
    return {file.name: (file.stat().st_ino, file.stat().st_mtime_ns) for file in found}


def at_work(session: int) -> set[int]:
    """Return the actors that have rows in hand."""
    return {int(line.split()[0]) for line in living(session) if ACTOR in line and "submit" in line}


@contextmanager
def head(folder: Path, environment: dict[str, str]) -> Iterator[tuple[str, int]]:
    """A cluster of one machine, started as its owner would: elsewhere, with nothing of ours set. Its address, session.

    It listens on all of this machine's addresses, so it wants a token, which `environment` has.
    """
    ports = [free_port() for _ in range(4)]
    names = ("port", "ray-client-server-port", "dashboard-port", "dashboard-agent-listen-port")
    options = [f"--{name}={port}" for name, port in zip(names, ports, strict=True)]
    options += ["--num-cpus=2", "--include-dashboard=false", "--disable-usage-stats", f"--temp-dir={folder / 'ray'}"]
    own = {name: value for name, value in os.environ.items() if not name.startswith(("TRIAGE_", "OPENAI_", "HF_"))}
    with (folder / "head").open("wb") as said:
        process = subprocess.Popen(
            [RAY, "start", "--head", "--block", *options],
            cwd="/",
            env=own | environment,
            stdout=said,
            stderr=said,
            start_new_session=True,
        )
    try:
        awaited(lambda: b"Ray runtime started" in (folder / "head").read_bytes(), process)
        yield f"127.0.0.1:{ports[0]}", process.pid
    finally:
        for line in living(process.pid):
            os.kill(int(line.split()[0]), 9)
        process.wait()


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as ear:
        return int(ear.getsockname()[1])
