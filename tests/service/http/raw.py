"""HTTP by hand over a socket: for requests that no client would send, and clients that do not behave."""

import http.client
import json
import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx2

LONGEST_WAIT = 20.0  # seconds for an answer; a test fails there instead of hanging


@dataclass(frozen=True)
class Answer:
    """What came back, with all of its bytes that a sender's words could stand in."""

    status: int
    headers: dict[str, str]
    body: bytes

    def problem(self) -> dict[str, object]:
        """Return the problem document that this has to be."""
        assert self.headers["content-type"] == "application/problem+json", self
        found: dict[str, object] = json.loads(self.body)
        assert set(found) <= {"type", "title", "status", "detail", "errors"}
        assert found["status"] == self.status
        return found

    def says(self, word: str) -> bool:
        """Say whether a word stands anywhere in it."""
        return word in f"{self.headers}" or word.encode() in self.body


def request(method: str, path: str, *headers: str, body: bytes = b"") -> bytes:
    """Return a request as bytes; headers are lines."""
    lines = "".join(f"{line}\r\n" for line in ("Host: test", *headers))
    return f"{method} {path} HTTP/1.1\r\n{lines}\r\n".encode("latin-1") + body


def post(path: str, credential: str, body: bytes, *headers: str, media_type: str | None = "application/json") -> bytes:
    """Return a POST with a body; the header of a media type is left out where that is None."""
    kind = () if media_type is None else (f"Content-Type: {media_type}",)
    length = f"Content-Length: {len(body)}"
    return request("POST", path, f"Authorization: Bearer {credential}", length, *kind, *headers, body=body)


@contextmanager
def connected(port: int, receive_buffer: int | None = None) -> Iterator[socket.socket]:
    """Yield a connection; with a `receive_buffer` the system takes no more than about so many bytes for it."""
    with socket.socket() as line:
        if receive_buffer is not None:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        line.settimeout(LONGEST_WAIT)
        line.connect(("127.0.0.1", port))
        yield line


def ask(port: int, asked: bytes) -> Answer | None:
    """Send bytes and return the answer; None where the server closes without one. Raises TimeoutError."""
    with connected(port) as line:
        with suppress(BrokenPipeError, ConnectionResetError):  # it has answered and closed before it read all
            line.sendall(asked)
        return answer(line, asked.partition(b" ")[0].decode("latin-1"))


def answer(line: socket.socket, method: str = "GET") -> Answer | None:
    """Read one answer; None also where it was cut. See `ask`."""
    try:
        with http.client.HTTPResponse(line, method=method) as read:
            read.begin()
            return Answer(read.status, {name.lower(): value for name, value in read.getheaders()}, read.read())
    except (http.client.RemoteDisconnected, http.client.IncompleteRead, ConnectionResetError):
        return None


def alive(port: int) -> bool:
    """Say whether the server answers."""
    found = ask(port, request("GET", "/livez"))
    return found is not None and found.status == 200


def until(holds: Callable[[], bool], within: float = LONGEST_WAIT) -> float:
    """Wait until a condition holds; return the seconds that it took."""
    started = time.monotonic()
    while not holds():
        assert time.monotonic() - started < within
        time.sleep(0.01)
    return time.monotonic() - started


def in_progress(address: str) -> float:
    """Return how many requests are in progress, as the server's own figures say."""
    figures = httpx2.get(f"{address}/metrics", timeout=5, trust_env=False).text
    (line,) = (line for line in figures.splitlines() if line.startswith("triage_in_progress "))
    return float(line.split()[-1])


def worked(process: int) -> float:
    """Return how many seconds of processors a process has used."""
    fields = (Path("/proc") / str(process) / "stat").read_text(encoding="ascii").rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def held_by(process: int) -> tuple[int, int, int]:
    """Return a process's open files, its threads, and its resident memory in KiB."""
    of = Path("/proc") / str(process)
    status = dict(line.split(":", 1) for line in (of / "status").read_text(encoding="ascii").splitlines())
    return len(list((of / "fd").iterdir())), int(status["Threads"]), int(status["VmRSS"].split()[0])
