"""A Chroma server in the place of the folder: the same answers, and nothing else is believed."""

import asyncio
import shutil
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from agent.assemble import assemble
from agent.settings import Settings
from agent.ticket import Ticket
from knowledge.chroma_http import ChromaHttp, IndexServer
from knowledge.encoder.protocol import Encoder
from knowledge.errors import PartUnavailable
from knowledge.index_server import ALONE_S, FAILURES, QUERY_S, push, served
from knowledge.library import Library
from knowledge.policies import Passage
from knowledge.search import Search, SearchSettings
from knowledge.store import ensure_library, load_passages
from tests.knowledge.chroma_server import chroma_server, free_port
from tests.processes import python

pytestmark = [pytest.mark.slow, pytest.mark.allow_hosts(["127.0.0.1"])]
SETTINGS = SearchSettings(passages=5, lowest_score=0.3, lexical_weight=0.5, category_bonus=0.0)
DAY = date(2026, 10, 15)
ASKED_S = 10.0
QUESTION = "How long does a refund take to arrive on my card?"
MARGIN = 1.0  # seconds; these machines are shared


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[IndexServer]:
    """A real server, empty at first."""
    with chroma_server(tmp_path_factory.mktemp("chroma"), free_port()) as address:
        yield IndexServer(address)


@pytest.fixture
def museum(tmp_path: Path, passages: list[Passage], encoder: Encoder) -> Iterator[Library]:
    """A small library in a folder."""
    library = ensure_library(tmp_path / "knowledge", passages, encoder)
    yield library
    library.close()


@pytest.fixture
def policies(var: Path, tmp_path: Path, encoder: Encoder) -> Iterator[Library]:
    """What setup built of all articles."""
    current = (var / "knowledge" / "current").read_text(encoding="utf-8").strip()
    shutil.copytree(var / "knowledge" / current, tmp_path / "built" / current)
    library = ensure_library(tmp_path / "built", load_passages(), encoder)
    yield library
    library.close()


def test_the_same_answers_as_the_folder(policies: Library, encoder: Encoder, server: IndexServer) -> None:
    questions = [passage.asked[0] for passage in policies.passages if passage.asked]
    vectors = encoder.encode(questions)
    folder = [Search(policies, SETTINGS).find(*one, DAY) for one in zip(questions, vectors, strict=True)]
    push(policies, server)
    asked = served(policies, server, ASKED_S)
    answers = [Search(asked, SETTINGS).find(*one, DAY) for one in zip(questions, vectors, strict=True)]
    asked.index.close()
    assert len(questions) > 50
    assert [[one.passage.id for one in found] for found in answers] == [
        [one.passage.id for one in found] for found in folder
    ]
    scores = [[one.score for one in found] for found in answers]
    assert scores == [pytest.approx([one.score for one in found], abs=1e-5) for found in folder]


def test_filled_once(museum: Library, server: IndexServer) -> None:
    name = push(museum, server)
    http = ChromaHttp(server)
    before = http.ask("GET", f"/{name}", ASKED_S)["id"]
    assert push(museum, server) == name == f"passages-{museum.content}"
    assert http.ask("GET", f"/{name}", ASKED_S)["id"] == before
    http.close()


def claims_nothing(http: ChromaHttp, id: str) -> None:
    http.ask("PUT", f"/{id}", ASKED_S, {"new_metadata": {"rows": 1}})


def lost_a_row(http: ChromaHttp, id: str) -> None:
    http.ask("POST", f"/{id}/delete", ASKED_S, {"ids": ["3"]})


def got_a_row(http: ChromaHttp, id: str) -> None:
    vector = http.ask("POST", f"/{id}/get", ASKED_S, {"ids": ["0"], "include": ["embeddings"]})["embeddings"]
    http.ask("POST", f"/{id}/add", ASKED_S, {"ids": ["999"], "embeddings": vector, "metadatas": [{"passage": "x"}]})


def names_another_passage(http: ChromaHttp, id: str) -> None:
    http.ask("POST", f"/{id}/update", ASKED_S, {"ids": ["2"], "metadatas": [{"passage": "museum.99"}]})


def holds_another_vector(http: ChromaHttp, id: str) -> None:
    vector = http.ask("POST", f"/{id}/get", ASKED_S, {"ids": ["0"], "include": ["embeddings"]})["embeddings"]
    http.ask("POST", f"/{id}/update", ASKED_S, {"ids": ["1"], "embeddings": vector})


DAMAGES = (claims_nothing, lost_a_row, got_a_row, names_another_passage, holds_another_vector)


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_another_content_is_refused_and_mended_by_push(
    museum: Library, server: IndexServer, damage: Callable[[ChromaHttp, str], None]
) -> None:
    name = push(museum, server)
    http = ChromaHttp(server)
    damage(http, http.ask("GET", f"/{name}", ASKED_S)["id"])
    http.close()
    with pytest.raises(PartUnavailable, match="knowledge push"):
        served(museum, server)
    push(museum, server)
    served(museum, server).index.close()


def test_what_was_never_pushed_is_refused(tmp_path: Path, passages: list[Passage], encoder: Encoder) -> None:
    library = ensure_library(tmp_path / "knowledge", passages[:3], encoder)
    with (
        chroma_server(tmp_path, free_port()) as address,
        pytest.raises(PartUnavailable, match="holds no collection passages-"),
    ):
        served(library, IndexServer(address))


def test_a_server_that_goes_is_left_alone_and_asked_again_when_it_is_back(
    museum: Library, encoder: Encoder, tmp_path: Path
) -> None:
    port, vector = free_port(), encoder.encode(["How much is a ticket?"])[0]
    with chroma_server(tmp_path, port) as address:
        push(museum, IndexServer(address))
        asked = served(museum, IndexServer(address))
        before = asked.nearest(vector, 3)
    for _ in range(FAILURES + 1):
        started = time.monotonic()
        with pytest.raises(PartUnavailable, match="the Chroma server"):
            asked.nearest(vector, 3)
        assert time.monotonic() - started < 2 * QUERY_S + MARGIN
    with chroma_server(tmp_path, port):
        with pytest.raises(PartUnavailable, match="left alone"):
            asked.nearest(vector, 3)
        time.sleep(ALONE_S)
        assert asked.nearest(vector, 3) == before
    asked.index.close()


def test_a_ticket_goes_on_without_passages(
    policies: Library, var: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = Ticket.of(QUESTION, customer_id="C-1001")
    with chroma_server(tmp_path, free_port()) as address:
        push(policies, IndexServer(address))
        monkeypatch.setenv("CHROMA_URL", address)
        agent = assemble(Settings(var=var))
        answered, _ = asyncio.run(agent.run(ticket))
    without, trace = asyncio.run(agent.run(ticket))
    agent.close()
    assert answered.citations
    assert not without.citations
    failed = [event for event in trace.events if event.kind == "failure"]
    assert [(event.step, event.error) for event in failed] == [("retrieve", "PartUnavailable")]


def test_pushed_and_searched_from_the_command_line(root: Path, server: IndexServer) -> None:
    named = {"CHROMA_URL": server.address}
    pushed = python(root, "-m", "knowledge", "push", **named)
    assert (pushed.returncode, pushed.stdout) == (0, ""), pushed.stderr
    assert f"{server.address} holds " in pushed.stderr
    search = ("-m", "knowledge", "search", QUESTION)
    assert python(root, *search, **named).stdout == python(root, *search).stdout


@pytest.mark.parametrize("command", ["push", "search"])
def test_a_server_that_is_not_there_is_one_line(root: Path, command: str) -> None:
    words = () if command == "push" else (QUESTION,)
    done = python(root, "-m", "knowledge", command, *words, CHROMA_URL=f"http://127.0.0.1:{free_port()}")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert "cannot be reached" in done.stderr
