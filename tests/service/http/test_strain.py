"""A server under strain: what says how it is answers all the same, and it recovers once the strain is gone."""

import resource
import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Event

import httpx2
import pytest

from tests.service.databases import fresh_postgres
from tests.service.http import raw
from tests.service.serving import Served, furnish, serving

pytestmark = [pytest.mark.allow_hosts(["127.0.0.1"]), pytest.mark.slow]

AT_ONCE = 16  # requests in progress
PROBES = 100
LONGEST_LAG = 0.1  # seconds, at the 99th percentile
FILES = 64
TICKET = b'{"text": "Where is my order A-10234?", "customer_id": "C-1001"}'


def slowest(served: Served) -> float:
    """Return the 99th percentile of the seconds that /livez takes."""
    took = []
    for _ in range(PROBES):
        started = time.perf_counter()
        assert raw.alive(served.port)
        took.append(time.perf_counter() - started)
        time.sleep(0.005)
    return statistics.quantiles(took, n=100)[-1]


@contextmanager
def asked_without_end(served: Served) -> Iterator[set[int]]:
    """Ask again and again, AT_ONCE at a time; yield the statuses that were answered."""
    found: set[int] = set()
    over = Event()

    def ask() -> None:
        while not over.is_set():
            answer = raw.ask(served.port, raw.post("/v1/triage", served.keys["service"], TICKET))
            assert answer is not None
            found.add(answer.status)

    with ThreadPoolExecutor(AT_ONCE) as threads:
        asking = [threads.submit(ask) for _ in range(AT_ONCE)]
        try:
            yield found
        finally:
            over.set()
    for each in asking:
        each.result()


def test_the_event_loop_turns_while_much_is_decided(root: Path, var: Path, tmp_path: Path) -> None:
    with serving(root, furnish(var, tmp_path), TRIAGE_LIMITS="false") as served:
        idle = statistics.median(slowest(served) for _ in range(5))
        with asked_without_end(served) as found:
            busy = statistics.median(slowest(served) for _ in range(5))
    print(f"/livez p99: {idle * 1000:.0f} ms, {busy * 1000:.0f} ms with {AT_ONCE} in progress")
    assert busy - idle < LONGEST_LAG  # the rest is the machine's
    assert 200 in found
    assert found <= {200, 503}


def test_without_files_to_open_it_refuses_and_recovers(root: Path, var: Path, tmp_path: Path) -> None:
    with serving(root, furnish(var, tmp_path), TRIAGE_LIMITS="false") as served:
        asked = raw.post("/v1/triage", served.keys["service"], TICKET)

        def ask(_: int) -> int | None:
            answer = raw.ask(served.port, asked)
            return answer.status if answer is not None else None

        resource.prlimit(served.process.pid, resource.RLIMIT_NOFILE, (FILES, FILES))
        for free in (8, 4, 2, 0):
            with ExitStack() as lines, ThreadPoolExecutor(AT_ONCE) as threads:
                while raw.held_by(served.process.pid)[0] < FILES - free:
                    lines.enter_context(raw.connected(served.port))
                    time.sleep(0.02)
                assert set(threads.map(ask, range(3 * AT_ONCE))) <= {200, 503, None}, free
            raw.until(lambda: ask(0) == 200)
        with ThreadPoolExecutor(4) as threads:
            assert set(threads.map(ask, range(20))) == {200}
        assert served.process.poll() is None


def test_while_the_database_is_gone_it_lives_and_is_not_ready(
    root: Path, var: Path, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("database")
    with ExitStack() as database:
        url = database.enter_context(fresh_postgres(folder))()
        with serving(root, furnish(var, tmp_path), TRIAGE_DATABASE=url) as served:
            asked = raw.post("/v1/triage", served.keys["service"], TICKET)
            database.close()
            for request in (raw.request("GET", "/readyz"), asked):
                answer = raw.ask(served.port, request)
                assert answer is not None
                assert answer.status == 503
                assert int(answer.headers["retry-after"]) >= 1
                answer.problem()
            assert raw.alive(served.port)
            assert httpx2.get(f"{served.address}/metrics", trust_env=False).status_code == 200
