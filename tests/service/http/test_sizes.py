"""Requests without measure: too large, too slow, never whole. Each ends soon, with nothing held for it."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from tests.service.http import raw
from tests.service.serving import Served

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

POSTS = ("/v1/triage", "/v1/chat", "/v1/chat/stream", "/v1/feedback")
KIB = 1024


def head(served: Served, path: str, *headers: str) -> bytes:
    """Return the head of a POST whose body is still to come."""
    return raw.request(
        "POST", path, f"Authorization: Bearer {served.keys['admin']}", "Content-Type: application/json", *headers
    )


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("length", [256 * KIB + 1, 64 * KIB * KIB, 10**30])
def test_a_body_that_says_it_is_too_large_is_refused_before_it_is_sent(served: Served, path: str, length: int) -> None:
    answer = raw.ask(served.port, head(served, path, f"Content-Length: {length}"))
    assert answer is not None
    assert answer.status == (413 if length < 10**20 else 400)  # the longest is no length that HTTP knows
    assert answer.headers["connection"] == "close"
    answer.problem()


@pytest.mark.parametrize("path", POSTS)
def test_a_body_of_unknown_length_stops_being_read(served: Served, path: str) -> None:
    chunk = b"10000\r\n" + b"x" * 64 * KIB + b"\r\n"
    sent = 0
    with raw.connected(served.port) as line:
        line.sendall(head(served, path, "Transfer-Encoding: chunked"))
        with suppress(BrokenPipeError, ConnectionResetError):
            while sent < 256:
                line.sendall(chunk)
                sent += 1
        answer = raw.answer(line)
    assert sent < 256  # 16 MiB, of which the system itself holds some: it closed before
    if answer is not None:  # the answer is lost where the system resets the connection first
        assert answer.status == 413
        answer.problem()
    assert raw.alive(served.port)


def test_a_body_that_stops_coming_is_given_up(served: Served) -> None:
    started = time.monotonic()
    with ThreadPoolExecutor(len(POSTS)) as threads:
        begun = [head(served, path, "Content-Length: 100") + b'{"text": "' for path in POSTS]
        answers = list(threads.map(lambda asked: raw.ask(served.port, asked), begun))
    assert 1 <= time.monotonic() - started < 5  # the server of these tests waits a second
    for answer in answers:
        assert answer is not None
        assert answer.status == 408
        assert answer.headers["connection"] == "close"
        answer.problem()
    assert raw.in_progress(served.address) == 0


@pytest.mark.parametrize(
    "part",
    [
        pytest.param(b'"%d": [1]', id="a value of the wrong type by each name"),
        pytest.param(b'"%d": "x"', id="a text by each name"),
        pytest.param(b'"%d": {"a": []}', id="objects"),
    ],
)
def test_a_body_of_many_parts_costs_little(served: Served, part: bytes) -> None:
    body = b'{"text": "x", "metadata": {' + b",".join(part % n for n in range(12_000)) + b"}}"
    before = raw.worked(served.process.pid)
    for _ in range(20):
        answer = raw.ask(served.port, raw.post("/v1/triage", served.keys["service"], body))
        assert answer is not None
        assert answer.status == 400
        assert len(answer.body) < 200
    assert (raw.worked(served.process.pid) - before) / 20 < 0.05  # seconds of a processor


def drip(served: Served, pieces: Iterator[bytes], pause: float = 0.1) -> float:
    """Send piece after piece until the server closes; return the seconds that it took."""
    started = time.monotonic()
    with raw.connected(served.port) as line, suppress(BrokenPipeError, ConnectionResetError):
        for piece in pieces:
            line.sendall(piece)
            if time.monotonic() - started > raw.LONGEST_WAIT:
                raise AssertionError("the server goes on waiting")
            time.sleep(pause)
    return time.monotonic() - started


def repeated(*first: bytes, then: bytes) -> Iterator[bytes]:
    """Yield the first pieces, then one without end."""
    yield from first
    while True:
        yield then


def test_whatever_comes_drop_by_drop_ends(served: Served) -> None:
    begun = b"GET /livez HTTP/1.1\r\n"
    answered = raw.request("GET", "/livez")
    cases = {
        "a body": repeated(head(served, "/v1/triage", "Content-Length: 1000"), then=b" "),
        "a body in chunks": repeated(head(served, "/v1/triage", "Transfer-Encoding: chunked"), then=b"1\r\n \r\n"),
        "a body that nobody reads": repeated(head(served, "/nowhere", "Content-Length: 1000"), then=b" "),
        "headers": repeated(begun, then=b"X-A: b\r\n"),
        "one header": repeated(begun, b"X-A: ", then=b"b"),
        "a request line": repeated(b"GET /", then=b"a"),
        "line breaks": repeated(then=b"\r\n"),
        "line breaks behind a request": repeated(answered, then=b"\r\n"),
        "a second head": repeated(answered, begun, then=b"X-A: b\r\n"),
    }
    with ThreadPoolExecutor(len(cases)) as threads:
        took = dict(zip(cases, threads.map(lambda pieces: drip(served, pieces), cases.values()), strict=True))
    assert {name: seconds for name, seconds in took.items() if seconds > 8} == {}  # 1 s, or 5 s where it was idle
    assert raw.in_progress(served.address) == 0


def test_a_connection_that_says_nothing_is_closed(served: Served) -> None:
    with raw.connected(served.port) as line:
        assert line.recv(1) == b""


@pytest.mark.parametrize(
    "asked",
    [
        pytest.param(raw.request("GET", "/livez", *(f"X-{n}: y" for n in range(10_000))), id="10,000 headers"),
        pytest.param(raw.request("GET", "/livez?" + "a" * 66_000), id="a URL of 64 KiB"),
        pytest.param(raw.request("GET", "/" + "a" * 40_000), id="a path of 40 KB"),
        pytest.param(raw.request("GET", "/livez", "Cookie: " + "a" * 1_000_000), id="a cookie of 1 MB"),
        pytest.param(raw.request("GET", "/livez", "a" * 100_000 + ": b"), id="a header's name of 100 KB"),
        pytest.param(b"GET /livez HTTP/1.1\r\n" + b"X-A: b\r\n" * 200_000, id="headers without end"),
        pytest.param(b"a" * 1_000_000, id="a method without end"),
    ],
)
def test_a_head_that_is_too_large_is_refused(served: Served, asked: bytes) -> None:
    answer = raw.ask(served.port, asked)
    if answer is not None:  # else closed: the answer may be lost where the system resets the connection
        assert answer.status in {400, 431}
        answer.problem()
    assert raw.alive(served.port)


def test_a_large_head_that_is_within_the_bounds_is_read(served: Served) -> None:
    answer = raw.ask(served.port, raw.request("GET", "/livez", "Cookie: " + "a" * 16_000))
    assert answer is not None
    assert answer.status == 200


@pytest.mark.slow
def test_what_is_too_large_does_not_stay_in_memory(served: Served) -> None:
    def send(n: int) -> None:
        if n % 2:
            raw.ask(served.port, head(served, "/v1/triage", f"Content-Length: {KIB * KIB}") + b"x" * KIB * KIB)
        else:
            raw.ask(served.port, raw.request("GET", "/livez", "Cookie: " + "a" * KIB * KIB))

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(send, range(40)))
        _, _, before = raw.held_by(served.process.pid)
        list(threads.map(send, range(200)))
    assert raw.held_by(served.process.pid)[2] - before < 40 * KIB  # of the 200 MiB that were sent
