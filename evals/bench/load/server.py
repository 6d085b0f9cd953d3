"""The server that is measured: `triage serve` as a process of its own, on a new database, over what setup built."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

READ_ONLY = ("encoder", "knowledge")
STARTS_WITHIN, ENDS_WITHIN = 60, 15  # seconds


@dataclass(frozen=True)
class Server:
    """Where it listens, and the key of a server that may ask it."""

    host: str
    port: int
    key: str


@contextmanager
def served(var: Path, workers: int, threads: int) -> Iterator[Server]:
    """Serve until the context ends; raises RuntimeError where it does not start. Rate limits are off."""
    with tempfile.TemporaryDirectory(prefix="triage-load-") as folder:
        own = Path(folder)
        for part in READ_ONLY:
            (own / part).symlink_to((var / part).resolve())
        for file in var.glob("shop.db*"):
            shutil.copyfile(file, own / file.name)
        environment = os.environ | {"TRIAGE_VAR": folder, "TRIAGE_LIMITS": "false", "TRIAGE_THREADS": str(threads)}
        environment.pop("TRIAGE_DATABASE", None)  # it fills the database: nobody's own
        process = subprocess.Popen(  # noqa: S603 - our own command
            [str(Path(sys.executable).with_name("triage")), "serve", "--demo", "--port=0", f"--workers={workers}"],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        try:
            yield _started(process, own)
        finally:
            process.terminate()
            try:
                process.wait(ENDS_WITHIN)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            if process.stdout is not None:
                process.stdout.close()


def _started(process: "subprocess.Popen[str]", own: Path) -> Server:
    said = process.stdout.readline() if process.stdout else ""
    found = re.search(r"http://([^:]+):(\d+)", said)
    if found is None:
        raise RuntimeError("`triage serve` did not start")
    keys = json.loads((own / "demo" / "keys.json").read_text(encoding="utf-8"))
    ends = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < ends and process.poll() is None:
        # The address is printed before the first worker listens.
        with suppress(OSError), urllib.request.urlopen(f"{found[0]}/readyz", timeout=5):  # noqa: S310 - our own
            return Server(found[1], int(found[2]), keys["service"])
        time.sleep(0.1)
    raise RuntimeError("the server did not get ready")
