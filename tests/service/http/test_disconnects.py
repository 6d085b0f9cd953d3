"""Clients that go away: their work ends, what it held is free at once, and nothing half done is kept."""

import json
import random
import socket
import struct
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.service.http import raw
from tests.service.serving import Served

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

AT_ONCE = 1.0  # seconds within which everything is free again
SPARE = 20  # files and threads: of connections to the database that were not needed before
SLOW = "Where is my order A-10234?"  # is looked up in the silent shop, for a second
QUICK = "I want my money back"
PATHS = ("/v1/triage", "/v1/chat", "/v1/chat/stream")


def message(served: Served, path: str, key: str, text: str) -> bytes:
    """Return a message."""
    field = "text" if path == "/v1/triage" else "message"
    body = json.dumps({field: text, "customer_id": "C-1001"}).encode()
    return raw.post(path, served.keys["service"], body, f"Idempotency-Key: {key}")


def decisions(served: Served) -> int:
    """Return how many Decisions were kept."""
    with served.client("ops") as client:
        return client.summary().decisions


def reset(line: socket.socket) -> None:
    """Let a connection end by a reset, as that of a client that was killed does."""
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def is_answered(served: Served, path: str, key: str) -> None:
    """Ask, and be answered."""
    answer = raw.ask(served.port, message(served, path, key, SLOW))
    assert answer is not None
    assert answer.status == 200, answer.body


@pytest.mark.parametrize("abruptly", [False, pytest.param(True, marks=pytest.mark.slow)], ids=["closed", "reset"])
def test_who_goes_away_while_it_is_worked_on_leaves_nothing(served: Served, abruptly: bool) -> None:
    kept, keys = decisions(served), {path: f"{path}-{abruptly}" for path in PATHS}
    for path in PATHS:
        with raw.connected(served.port) as line:
            line.sendall(message(served, path, keys[path], SLOW))
            if path == "/v1/chat/stream":
                assert line.recv(9) == b"HTTP/1.1 "  # it has begun
            raw.until(lambda: raw.in_progress(served.address) == 1)
            if abruptly:
                reset(line)
        assert raw.until(lambda: raw.in_progress(served.address) == 0) < AT_ONCE
    assert decisions(served) == kept
    with ThreadPoolExecutor(len(PATHS)) as threads:
        list(threads.map(lambda path: is_answered(served, path, keys[path]), PATHS))
    assert decisions(served) == kept + len(PATHS)


def test_who_goes_away_while_sending_leaves_nothing(served: Served) -> None:
    asked = message(served, "/v1/chat", "half", QUICK)
    for sent in (len(asked) - 1, len(asked) - 40, 30):
        with raw.connected(served.port) as line:
            line.sendall(asked[:sent])
            time.sleep(0.05)
        assert raw.until(lambda: raw.in_progress(served.address) == 0) < AT_ONCE


def gone_away(served: Served, path: str, key: str, chance: random.Random) -> None:
    """Ask, and go away at some moment: while sending, waiting or reading."""
    asked = message(served, path, key, QUICK)
    with raw.connected(served.port) as line:
        if chance.random() < 0.1:
            line.sendall(asked[: chance.randrange(len(asked))])
        else:
            line.sendall(asked)
        time.sleep(chance.expovariate(1 / 0.03))
        if chance.random() < 0.5:
            reset(line)


def asked_again(served: Served, path: str, key: str) -> int:
    """Return the status of the same request; where the database was too busy, of one more."""
    statuses = []
    while len(statuses) < 5 and statuses[-1:] in ([], [503]):
        answer = raw.ask(served.port, message(served, path, key, QUICK))
        assert answer is not None
        statuses.append(answer.status)
    return statuses[-1]


def campaign(served: Served, tries: int, seed: int) -> None:
    """Go away so many times, four at a time; then every key has to be usable again at once."""
    chance = random.Random(seed)
    paths = [chance.choice(PATHS) for _ in range(tries)]
    keys = [f"{seed}-{n}" for n in range(tries)]
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda path, key: gone_away(served, path, key, chance), paths, keys))
        assert raw.until(lambda: raw.in_progress(served.address) == 0) < AT_ONCE
        statuses = list(threads.map(lambda path, key: asked_again(served, path, key), paths, keys))
    assert statuses == [200] * tries


@pytest.mark.slow
def test_many_who_go_away_at_any_moment_leave_nothing(served: Served) -> None:
    campaign(served, 60, seed=1)  # opens what is opened once: connections of the database, threads
    before = raw.held_by(served.process.pid)
    campaign(served, 300, seed=2)
    raw.until(lambda: raw.held_by(served.process.pid)[0] <= before[0] + SPARE)
    assert raw.held_by(served.process.pid)[1] <= before[1] + SPARE


@pytest.mark.slow
def test_readers_of_a_stream_who_never_read_hold_no_slot(served: Served) -> None:
    raw.until(lambda: raw.in_progress(served.address) == 0)
    files = raw.held_by(served.process.pid)[0]
    lines = [socket.socket() for _ in range(40)]
    try:
        for n, line in enumerate(lines):
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)  # as little as the system allows
            line.connect(("127.0.0.1", served.port))
            line.sendall(message(served, "/v1/chat/stream", f"unread-{n}", QUICK))
        raw.until(lambda: raw.in_progress(served.address) == 0, within=10)
        raw.until(lambda: raw.held_by(served.process.pid)[0] < files + 20)  # closed, though nobody read
        assert raw.alive(served.port)
    finally:
        for line in lines:
            line.close()
