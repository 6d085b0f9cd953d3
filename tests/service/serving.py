"""`triage serve` as a process of its own, for tests that ask it over HTTP, kill it, or tell it to end."""

import json
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx2

from service.client import TriageClient
from tests.processes import TRIAGE

STARTS_WITHIN = 60.0  # seconds
BUILT = ("encoder", "knowledge")  # read by all servers, written by none


@dataclass
class Served:
    """A running server, with the demo's keys."""

    process: subprocess.Popen[str]
    address: str
    keys: dict[str, str]
    var: Path
    ready_after: float  # seconds from its start

    def client(self, role: str = "service") -> TriageClient:
        """Return a client with the key of a role, or with a credential given as `role`."""
        return TriageClient(self.address, self.keys.get(role, role))

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.address.rpartition(":")[2])

    def log(self) -> str:
        """Return what it has said on standard error."""
        return (self.var / "server.log").read_text(encoding="utf-8")


def furnish(var: Path, own: Path) -> Path:
    """Give a server a folder of its own: what setup built, and its own copy of the demo shop, which refunds change."""
    own.mkdir(parents=True, exist_ok=True)
    for part in BUILT:
        if not (own / part).exists():
            (own / part).symlink_to(var / part)
    for file in var.glob("shop.db*"):
        if not (own / file.name).exists():
            shutil.copyfile(file, own / file.name)
    return own


@contextmanager
def serving(root: Path, own: Path, *arguments: str, port: int = 0, **environment: str) -> Iterator[Served]:
    """Run `triage serve --demo` over a furnished folder; with TRIAGE_DATABASE on Postgres, else on SQLite.

    The process, and workers that it started, have ended when the context does.
    """
    started = time.monotonic()
    with (own / "server.log").open("a", encoding="utf-8") as log:
        process = subprocess.Popen(
            [TRIAGE, "serve", "--demo", "--port", str(port), *arguments],
            cwd=root,
            env=os.environ | {"TRIAGE_VAR": str(own)} | environment,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            start_new_session=True,
        )
    try:
        assert process.stdout is not None
        found = re.search(r"http://\S+", process.stdout.readline())
        assert found is not None, (own / "server.log").read_text(encoding="utf-8")
        _wait_until_ready(process, found[0])
        keys = json.loads((own / "demo" / "keys.json").read_text(encoding="utf-8"))
        yield Served(process, found[0], keys, own, time.monotonic() - started)
    finally:
        kill(process)
        if process.stdout is not None:
            process.stdout.close()


def kill(process: subprocess.Popen[str]) -> None:
    """End a server and its workers at once, as a crash of the machine would."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _wait_until_ready(process: subprocess.Popen[str], address: str) -> None:
    ends = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < ends:
        if process.poll() is not None:
            raise AssertionError(f"the server ended with {process.returncode}")
        try:
            if httpx2.get(f"{address}/readyz", timeout=2, trust_env=False).status_code == 200:
                return
        except httpx2.TransportError:
            pass
        time.sleep(0.02)
    raise AssertionError("the server did not get ready")
