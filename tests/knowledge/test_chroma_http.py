"""What is said to a Chroma server goes there alone, and what comes back is bounded and never repeated."""

import asyncio
import time
from collections.abc import Awaitable

import pytest

from evals.scripted_server.exchange import head
from knowledge.chroma_answers import rows_of
from knowledge.chroma_http import LARGEST_ANSWER, ChromaHttp, IndexServer, index_server
from knowledge.errors import PartUnavailable
from tests.agent.models.raw_server import RawServer

TOKEN = "for-one-server"  # noqa: S105 - it opens nothing
LONGEST_S = 0.3
WORDS = "what a proxy says"


@pytest.mark.parametrize("address", [None, ""])
def test_no_server_is_named(address: str | None) -> None:
    assert index_server(address, TOKEN) is None


@pytest.mark.parametrize("address", ["http://chroma:8000", "https://127.0.0.1/chroma/"])
def test_a_server_is_named(address: str) -> None:
    assert index_server(address, None) == IndexServer(address.rstrip("/"))


@pytest.mark.parametrize(
    ("address", "token"),
    [
        ("chroma:8000", None),
        ("file:///chroma", None),
        ("http://", None),
        ("http://user:secret@chroma:8000", None),
        ("http://chroma:8000?a=b", None),
        ("http://chroma:8000#a", None),
        ("http://[chroma", None),
        ("http://chroma:8000", "a secret"),
        ("http://chroma:8000", "secret\nbreak"),
    ],
)
def test_what_is_no_server_is_refused_and_not_shown(address: str, token: str | None) -> None:
    with pytest.raises(PartUnavailable, match="CHROMA_") as refused:
        index_server(address, token)
    assert "secret" not in str(refused.value)


def test_a_token_is_not_shown() -> None:
    assert TOKEN not in repr(index_server("http://chroma:8000", TOKEN))


def asking(server: RawServer, token: str = "") -> Awaitable[object]:
    def ask() -> object:
        http = ChromaHttp(IndexServer(server.address, token))
        try:
            return http.ask("GET", "/passages", LONGEST_S)
        finally:
            http.close()

    return asyncio.to_thread(ask)


@pytest.mark.allow_hosts(["127.0.0.1"])
async def test_the_token_is_sent_and_no_proxy_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    async with RawServer().listening() as proxy, RawServer.answering({"id": "a"}).listening() as server:
        for variable in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(variable, proxy.address)
        assert await asking(server, TOKEN) == {"id": "a"}
        assert await asking(server) == {"id": "a"}
    assert [request.headers.get("authorization") for request in server.requests] == [f"Bearer {TOKEN}", None]
    assert not proxy.requests


ANSWERS = {
    "not JSON": (head(200, {"Content-Length": str(len(WORDS))}) + WORDS.encode(),),
    "unauthorized": (head(401, {"Content-Length": str(len(WORDS))}) + WORDS.encode(),),
    "another's 404": (head(404, {"Content-Length": str(len(WORDS))}) + WORDS.encode(),),
    "cut off": (head(200, {"Content-Length": "100"}) + b"{",),
    "nothing": (),
    "too long": (head(200, {"Content-Length": str(2 * LARGEST_ANSWER)}), b" " * (2 * LARGEST_ANSWER)),
}


@pytest.mark.allow_hosts(["127.0.0.1"])
@pytest.mark.parametrize("answer", ANSWERS)
async def test_other_answers_are_foreseen(answer: str) -> None:
    async with RawServer(*ANSWERS[answer]).listening() as server:
        with pytest.raises(PartUnavailable, match="the Chroma server") as failed:
            await asking(server, TOKEN)
    assert WORDS not in str(failed.value)
    assert TOKEN not in str(failed.value)


@pytest.mark.allow_hosts(["127.0.0.1"])
async def test_no_redirect_is_followed() -> None:
    async with RawServer.answering({}).listening() as elsewhere:
        told = head(307, {"Location": elsewhere.address, "Content-Length": "0"})
        async with RawServer(told).listening() as server:
            with pytest.raises(PartUnavailable, match="status 307"):
                await asking(server, TOKEN)
    assert not elsewhere.requests


@pytest.mark.allow_hosts(["127.0.0.1"])
async def test_a_server_that_says_nothing_is_waited_for_briefly() -> None:
    silent = asyncio.Event()

    async def connected(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await silent.wait()
        writer.close()

    async with await asyncio.start_server(connected, "127.0.0.1", 0) as listening:
        server = RawServer()
        server.address = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
        started = time.monotonic()
        with pytest.raises(PartUnavailable, match="ReadTimeout"):
            await asking(server)
        assert time.monotonic() - started < LONGEST_S + 1
        silent.set()


NO_ROWS = {
    "nothing": None,
    "an error": {"error": "InternalError"},
    "no row": {"ids": [[]], "distances": [[]]},
    "too many": {"ids": [["0", "1", "2"]], "distances": [[0.1, 0.2, 0.3]]},
    "fewer distances": {"ids": [["0", "1"]], "distances": [[0.1]]},
    "a row that is not there": {"ids": [["9"]], "distances": [[0.1]]},
    "a row before the first": {"ids": [["-1"]], "distances": [[0.1]]},
    "no number": {"ids": [["first"]], "distances": [[0.1]]},
    "not a number": {"ids": [["0"]], "distances": [[float("nan")]]},
    "no cosine": {"ids": [["0"]], "distances": [[17.0]]},
    "the worst first": {"ids": [["0", "1"]], "distances": [[0.3, 0.2]]},
}


@pytest.mark.parametrize("answer", NO_ROWS)
def test_rows_that_can_not_be_are_refused(answer: str) -> None:
    with pytest.raises(PartUnavailable, match="not what was asked"):
        rows_of(NO_ROWS[answer], size=5, wanted=2)


def test_rows_and_cosines() -> None:
    found = {"ids": [["4", "0"]], "distances": [[0.0, 0.25]], "documents": None}
    assert rows_of(found, size=5, wanted=3) == [(4, 1.0), (0, 0.75)]
