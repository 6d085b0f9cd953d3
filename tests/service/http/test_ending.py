"""How a server ends: what it has taken on is answered, nothing new is taken on, and no process stays behind."""

import json
import signal
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.service.http import raw
from tests.service.http.processes import lives, workers_of
from tests.service.serving import Served, furnish, kill, serving

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

LONGEST = 10.0  # seconds that an end may take
PATHS = ("/v1/triage", "/v1/chat", "/v1/chat", "/v1/chat/stream", "/v1/chat/stream")


def message(served: Served, path: str) -> bytes:
    """Return a message whose run takes a second where the shop is silent."""
    field = "text" if path == "/v1/triage" else "message"
    body = json.dumps({field: "Where is my order A-10234?", "customer_id": "C-1001"}).encode()
    return raw.post(path, served.keys["service"], body)


@contextmanager
def under_load(served: Served) -> Iterator[list[Future[raw.Answer | None]]]:
    """Yield the answers to come of requests that are in progress."""
    with ThreadPoolExecutor(len(PATHS)) as threads:
        asked = [threads.submit(raw.ask, served.port, message(served, path)) for path in PATHS]
        raw.until(lambda: raw.in_progress(served.address) == len(PATHS))
        yield asked


def refuses(served: Served, path: str = "/readyz") -> bool:
    """Say whether a request is refused, by the server or by the system."""
    try:
        answer = raw.ask(served.port, raw.request("GET", path))
    except OSError:
        return True
    return answer is None or answer.status == 503


def ended(served: Served, within: float = LONGEST) -> int:
    """Return how the server ended."""
    return served.process.wait(timeout=within)


def said_barely(served: Served) -> bool:
    """Say whether a traceback went past the log."""
    return any(line.startswith("Traceback") for line in served.log().splitlines())


@pytest.mark.parametrize("workers", ["1", pytest.param("2", marks=pytest.mark.slow)])
def test_what_is_in_progress_is_answered_and_nothing_new_is_begun(
    root: Path, var: Path, tmp_path: Path, silent_shop: str, workers: str
) -> None:
    # On a busy machine all may be answered before the first refusal is seen: that shows nothing, and is tried again.
    tries = (ends_under_load(root, furnish(var, tmp_path / f"{n}"), silent_shop, workers) for n in range(3))
    assert any(tries)


def ends_under_load(root: Path, own: Path, silent_shop: str, workers: str) -> bool:
    """End a server under load; return whether something was still in progress when it first refused."""
    with serving(root, own, "--workers", workers, TRIAGE_SHOP=silent_shop) as served:
        before = workers_of(served.process.pid)
        with under_load(served) as asked:
            told = time.monotonic()
            served.process.send_signal(signal.SIGTERM)
            raw.until(lambda: refuses(served))
            in_progress = not all(answer.done() for answer in asked)
            assert refuses(served)
            assert refuses(served, "/v1/schema")
            answers = [answer.result() for answer in asked]
        assert ended(served) in {0, -signal.SIGTERM}
        assert time.monotonic() - told < LONGEST
        assert [answer.status for answer in answers if answer is not None] == [200] * len(PATHS)
        assert [b"event: done" in answer.body for answer in answers[-2:] if answer is not None] == [True, True]
        assert not any(lives(worker) for worker in before)
        assert "error" not in {json.loads(line)["level"] for line in served.log().splitlines() if line.startswith("{")}
    return in_progress


@contextmanager
def stalled(served: Served) -> Iterator[None]:
    """Keep a server waiting, as clients do who say nothing, or half of it, or do not read."""
    head = f"POST /v1/chat HTTP/1.1\r\nAuthorization: Bearer {served.keys['service']}\r\n".encode()
    begun = head + b"Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"
    with ExitStack() as lines:
        for said in (b"", b"GET /livez HT", head, message(served, "/v1/chat/stream"), begun):
            lines.enter_context(raw.connected(served.port)).sendall(said)
        raw.until(lambda: raw.in_progress(served.address) == 1)  # the one whose body does not come
        yield


@pytest.mark.slow
def test_clients_who_stall_do_not_put_the_end_off(root: Path, var: Path, tmp_path: Path) -> None:
    with serving(root, furnish(var, tmp_path)) as served, stalled(served):
        served.process.send_signal(signal.SIGTERM)
        assert ended(served) in {0, -signal.SIGTERM}


@pytest.mark.slow
@pytest.mark.parametrize("workers", ["1", "2"])
def test_interrupted_it_ends_without_a_traceback(root: Path, var: Path, tmp_path: Path, workers: str) -> None:
    with serving(root, furnish(var, tmp_path), "--workers", workers) as served:
        before = workers_of(served.process.pid)
        served.process.send_signal(signal.SIGINT)
        assert ended(served) == 0
        assert not any(lives(worker) for worker in before)
        assert not said_barely(served)


@pytest.mark.slow
def test_interrupted_twice_it_waits_for_nobody(root: Path, var: Path, tmp_path: Path) -> None:
    with serving(root, furnish(var, tmp_path)) as served, stalled(served):
        served.process.send_signal(signal.SIGINT)
        raw.until(lambda: refuses(served))
        served.process.send_signal(signal.SIGINT)
        assert ended(served, within=4) == 0
        assert not said_barely(served)


@pytest.mark.slow
def test_killed_while_it_ends_it_leaves_nothing_that_another_would_wait_for(
    root: Path, var: Path, tmp_path: Path, silent_shop: str
) -> None:
    own = furnish(var, tmp_path)
    with serving(root, own, TRIAGE_SHOP=silent_shop) as served, under_load(served) as asked:
        served.process.send_signal(signal.SIGTERM)
        raw.until(lambda: refuses(served))
        kill(served.process)
        answered = [answer for answer in (each.result() for each in asked) if answer is not None]
    with serving(root, own, port=served.port) as again, again.client("ops") as client:
        assert again.keys == served.keys
        assert client.summary().decisions >= len([answer for answer in answered if answer.status == 200])
