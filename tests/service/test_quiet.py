"""Nothing leaves the machine because of a variable that was set for something else."""

import os
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from agent.quiet import TRACERS, quiet
from tests.processes import Done


class Listener(ThreadingHTTPServer):
    """Remembers what is asked of it."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        super().__init__(("127.0.0.1", 0), Answers)


class Answers(BaseHTTPRequestHandler):
    """Says yes to everything."""

    server: Listener

    def do_GET(self) -> None:
        self.server.asked.append(f"{self.command} {self.path}")
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"{}")

    do_POST = do_PATCH = do_PUT = do_HEAD = do_GET  # noqa: N815

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing."""


@pytest.fixture
def listener(socket_enabled: None) -> Iterator[Listener]:
    """A server on this machine, in the place of LangSmith's."""
    with Listener() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def stray(listener: Listener) -> dict[str, str]:
    address = f"http://127.0.0.1:{listener.server_port}"
    return dict.fromkeys(TRACERS, "true") | {
        "LANGSMITH_API_KEY": "x",
        "LANGSMITH_ENDPOINT": address,
        "LANGCHAIN_ENDPOINT": address,
        "CHROMA_OTEL_COLLECTION_ENDPOINT": address,
        "NO_PROXY": "127.0.0.1",
    }


def test_stray_variables_send_nothing(run: Callable[..., Done], listener: Listener) -> None:
    done = run("ticket", "Where is my order A-10234?", **stray(listener))
    assert (done.returncode, done.stderr) == (0, "")
    assert listener.asked == []


@pytest.mark.slow
def test_where_it_is_said_on_purpose_traces_are_sent(run: Callable[..., Done], listener: Listener) -> None:
    """Else the test above would pass with a listener that hears nothing.

    The whole inbox, since LangSmith sends from the background and a single ticket may end before it does.
    """
    done = run("demo", TRIAGE_TRACING="langsmith", **stray(listener))
    assert done.returncode == 0
    assert listener.asked


@pytest.mark.parametrize("said", ["", "true", "LangSmith", "file"])
def test_only_one_word_leaves_the_tracers_on(monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    monkeypatch.setenv("TRIAGE_TRACING", said)
    for name in (*TRACERS, "HF_HUB_OFFLINE", "ANONYMIZED_TELEMETRY"):
        monkeypatch.setenv(name, "true")
    quiet()
    assert {os.environ[name] for name in TRACERS} == {"false"}
    assert os.environ["HF_HUB_OFFLINE"] == "true"
    monkeypatch.setenv("TRIAGE_TRACING", "langsmith")
    monkeypatch.setenv(TRACERS[0], "true")
    quiet()
    assert os.environ[TRACERS[0]] == "true"
