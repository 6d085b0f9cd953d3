"""No room left where the database lies: nothing is acknowledged that is not kept, and room mends it without a restart.

A small file system of its own is mounted for it, which needs root; the tests of our CI have that.
"""

import os
import resource
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import pytest

from service.store.engine import sqlite_url
from tests.processes import Done
from tests.service.databases import migrated
from tests.service.serving import Served, furnish, serving

pytestmark = [
    pytest.mark.allow_hosts(["127.0.0.1"]),
    pytest.mark.slow,
    pytest.mark.skipif(os.geteuid() != 0, reason="ROWS NOT TESTED: a file system is mounted, which needs root"),
]
MOST = 300  # requests until a full disk shows: what the files hold already is written over first
BLOCK = bytes(4096)
TICKET = {"text": "Where is my order A-10234?", "customer_id": "C-1001"}


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of one megabyte."""
    folder = tmp_path / "disk"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], check=True)
    yield folder
    subprocess.run(["umount", folder], check=True)


class Asked:
    """Asks a server, and notes what it acknowledged."""

    def __init__(self, served: Served, http: httpx2.Client) -> None:
        self.process, self.http = served.process, http
        self.acknowledged: set[str] = set()

    def once(self, key: str | None = None) -> int:
        answer = self.http.post("/v1/triage", json=TICKET, headers={"Idempotency-Key": key} if key else {})
        if answer.status_code == 200:
            self.acknowledged.add(answer.json()["ticket_id"])
        else:
            assert answer.headers["retry-after"].isdigit()
        return answer.status_code

    def until_refused(self) -> None:
        for _ in range(MOST):
            status = self.once()
            if status != 200:
                assert status == 503
                return
        raise AssertionError("the disk never got full")

    def all_kept(self, file: Path) -> None:
        """What was acknowledged is there, whole; and what was not is not there in part."""
        with sqlite3.connect(file) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            kept = {id for (id,) in connection.execute("SELECT ticket_id FROM decision")}
            traced = {id for (id,) in connection.execute("SELECT ticket_id FROM trace")}
            said = {id for (id,) in connection.execute("SELECT ticket_id FROM message")}
        connection.close()
        assert self.acknowledged <= kept
        assert kept == traced == said


@pytest.fixture
def asked(root: Path, var: Path, tmp_path: Path, disk: Path) -> Iterator[Asked]:
    """A server whose database lies there."""
    own = furnish(var, tmp_path / "own")
    with serving(root, own, TRIAGE_DATABASE=sqlite_url(disk / "service.db"), TRIAGE_LIMITS="false") as served:
        headers = {"Authorization": f"Bearer {served.keys['service']}"}
        with httpx2.Client(base_url=served.address, headers=headers, timeout=20, trust_env=False) as http:
            yield Asked(served, http)


def filled(folder: Path) -> Path:
    """Take all the room that is left."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as stream:
        try:
            while stream.write(BLOCK):
                pass
        except OSError:
            return ballast
    raise AssertionError("unreachable")


def test_a_full_disk(asked: Asked, disk: Path) -> None:
    assert asked.once() == 200
    for turn in range(2):
        ballast = filled(disk)
        asked.until_refused()
        assert {asked.once(f"key-{turn}") for _ in range(5)} <= {200, 503}
        assert asked.http.get("/livez").status_code == 200
        ballast.unlink()
        assert asked.once() == 200
        assert asked.once(f"key-{turn}") == 200
    asked.all_kept(disk / "service.db")


def test_a_file_that_may_not_grow(asked: Asked, disk: Path) -> None:
    for _ in range(2):
        largest = max(file.stat().st_size for file in disk.iterdir())
        _, hard = resource.prlimit(asked.process.pid, resource.RLIMIT_FSIZE, (largest, resource.RLIM_INFINITY))
        asked.until_refused()
        assert asked.process.poll() is None
        resource.prlimit(asked.process.pid, resource.RLIMIT_FSIZE, (hard, hard))
        assert asked.once() == 200
    asked.all_kept(disk / "service.db")


def test_a_disk_that_can_only_be_read_is_said_in_one_line(run: Callable[..., Done], disk: Path, tmp_path: Path) -> None:
    migrated(sqlite_url(disk / "service.db"))
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
    done = run(
        "serve", "--demo", "--port", "0", TRIAGE_VAR=str(tmp_path), TRIAGE_DATABASE=sqlite_url(disk / "service.db")
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert "can't be written" in done.stderr
    assert done.stderr.count("\n") == 1
