"""Several workers: they share their limits, one that dies is replaced, and none outlives the process they belong to."""

import os
import re
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from service.http.server import HANGS_AFTER
from tests.processes import triage
from tests.service.http import raw
from tests.service.http.processes import lives, workers_of
from tests.service.serving import Served, furnish, serving

pytestmark = [pytest.mark.allow_hosts(["127.0.0.1"]), pytest.mark.slow]

LIMIT = 30  # requests of one credential, and messages of one customer, in a minute
REPLACED_WITHIN = 40.0  # seconds; on a machine with nothing else to do it takes three


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the workers share their figures: a file for each that has answered."""
    return tmp_path_factory.mktemp("figures")


@pytest.fixture(scope="module")
def two(root: Path, var: Path, figures: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server with two workers."""
    limits = {"TRIAGE_REQUESTS_A_MINUTE": str(LIMIT), "PROMETHEUS_MULTIPROC_DIR": str(figures)}
    with serving(root, furnish(var, tmp_path_factory.mktemp("two")), "--workers", "2", **limits) as running:
        raw.until(lambda: len(ready(running)) == 2, within=REPLACED_WITHIN)
        yield running


def ready(served: Served) -> set[int]:
    """Return the workers that serve."""
    begun = re.findall(r"Started server process \[(\d+)\]", served.log())
    return workers_of(served.process.pid) & set(map(int, begun))


def statuses(served: Served, headers: list[str]) -> list[int]:
    """Return the statuses of requests with these headers, each over a connection of its own."""
    asked = [raw.request("GET", "/v1/ops/summary", *each.splitlines()) for each in headers]
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda each: raw.ask(served.port, each), asked))
    return [answer.status for answer in answers if answer is not None]


def test_workers_share_the_count_whatever_a_caller_adds(two: Served) -> None:
    key = two.keys["ops"]
    schemes = ("Bearer", "bearer", "BEARER", "bEaReR")
    headers = [f"Authorization: {schemes[n % 4]} {key}\nX-Forwarded-For: 10.0.0.{n}" for n in range(2 * LIMIT)]
    found = statuses(two, headers)
    assert LIMIT <= found.count(200) <= LIMIT + 1  # one more where a minute begins meanwhile
    assert found.count(429) == 2 * LIMIT - found.count(200)
    assert statuses(two, [f"Authorization: Bearer {key.upper()}", f"Authorization: Bearer {key.lower()}"]) == [401, 401]


def test_each_worker_that_has_answered_shares_its_figures(two: Served, figures: Path) -> None:
    def all_share() -> bool:  # which worker takes a connection is the system's choice, so they are asked again
        raw.ask(two.port, raw.request("GET", "/livez"))
        return {int(file.stem.rpartition("_")[2]) for file in figures.glob("counter_*.db")} >= ready(two)

    raw.until(all_share)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV], ids=lambda number: number.name)
def test_a_worker_that_dies_is_replaced_while_the_other_answers(two: Served, number: signal.Signals) -> None:
    before = ready(two)
    dying = min(before)
    os.kill(dying, number)
    raw.until(lambda: raw.alive(two.port), within=2)
    took = raw.until(lambda: len(ready(two) - before) == 1, within=REPLACED_WITHIN)
    print(f"replaced after {took:.1f} s")
    assert not lives(dying)
    assert all(raw.alive(two.port) for _ in range(20))
    assert raw.in_progress(two.address) == 0


def test_a_worker_that_hangs_is_replaced(two: Served) -> None:
    before = ready(two)
    hanging = min(before)
    os.kill(hanging, signal.SIGSTOP)
    took = raw.until(lambda: len(ready(two) - before) == 1, within=HANGS_AFTER + REPLACED_WITHIN)
    print(f"replaced after {took:.1f} s")
    assert not lives(hanging)


def test_a_hang_up_brings_new_workers_while_the_old_ones_answer(two: Served) -> None:
    before = ready(two)
    two.process.send_signal(signal.SIGHUP)
    failed = 0
    while ready(two) & before:
        assert "aborting the restart" not in two.log()  # a new worker was not ready within HANGS_AFTER
        failed += not raw.alive(two.port)
    assert failed <= 2  # the moment at which each of the old ones closes
    assert len(ready(two)) == 2


def test_workers_end_with_the_process_they_belong_to(root: Path, var: Path, tmp_path: Path, silent_shop: str) -> None:
    own = furnish(var, tmp_path)
    with serving(root, own, "--workers", "2", TRIAGE_SHOP=silent_shop) as served:
        raw.until(lambda: len(ready(served)) == 2, within=REPLACED_WITHIN)
        workers = workers_of(served.process.pid)
        with ThreadPoolExecutor(1) as threads:
            body = b'{"message": "Where is my order A-10234?", "customer_id": "C-1001"}'
            asked = threads.submit(raw.ask, served.port, raw.post("/v1/chat", served.keys["service"], body))
            raw.until(lambda: raw.in_progress(served.address) == 1)
            served.process.kill()
            answer = asked.result()
        raw.until(lambda: not any(map(lives, workers)), within=10)
        assert answer is not None
        assert answer.status == 200  # what they had taken on
        with pytest.raises(ConnectionRefusedError):
            raw.ask(served.port, raw.request("GET", "/livez"))


def test_a_restart_forgets_no_count(root: Path, var: Path, tmp_path: Path) -> None:
    own, limit = furnish(var, tmp_path), {"TRIAGE_REQUESTS_A_MINUTE": "5", "TRIAGE_MESSAGES_A_MINUTE": "3"}
    with serving(root, own, **limit) as served:
        header = f"Authorization: Bearer {served.keys['ops']}"
        assert statuses(served, [header] * 8).count(200) == 5
    with serving(root, own, **limit) as served:
        assert statuses(served, [header] * 2) == [429, 429]


def test_new_conversations_are_counted_for_their_customer(root: Path, var: Path, tmp_path: Path) -> None:
    with serving(root, furnish(var, tmp_path), "--workers", "2", TRIAGE_MESSAGES_A_MINUTE="6") as served:
        body = b'{"message": "hello", "customer_id": "C-1001"}'
        paths = ["/v1/chat", "/v1/chat/stream"] * 6
        asked = [raw.post(path, served.keys["service"], body) for path in paths]
        with ThreadPoolExecutor(6) as threads:
            answers = list(threads.map(lambda each: raw.ask(served.port, each), asked))
        found = [answer.status for answer in answers if answer is not None]
        assert found.count(200) == 6
        assert found.count(429) == 6


def test_what_lets_no_worker_start_ends_them_all_with_its_reason(root: Path, var: Path, tmp_path: Path) -> None:
    own = furnish(var, tmp_path / "own")
    here = {"TRIAGE_VAR": str(own), "CHROMA_URL": "http://127.0.0.1:1"}
    done = triage(root, "serve", "--demo", "--port", "0", "--workers", "2", **here)
    assert done.returncode == 1
    said = [line for line in done.stderr.splitlines() if line.startswith("index: ")]
    assert said  # by each worker that came so far
    assert all("the Chroma server: it cannot be reached" in line for line in said)
    assert "Traceback" not in done.stderr
