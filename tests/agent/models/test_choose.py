"""The model that a release names is put together at the start: what stops it, and what does not."""

import asyncio
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from agent.assemble import Agent
from agent.decision import Decision, Flag
from agent.models.choose import Chosen, inspect_server, require_server
from agent.models.dialects import LONGEST_S
from agent.models.server import UNRESOLVED
from agent.release import load_release
from agent.settings import ServerSettings
from agent.ticket import Ticket
from agent.trace import ModelCalled, StepFailed, Trace
from evals.released import as_release
from evals.scripted_server.server import ScriptedServer
from knowledge.errors import PartUnavailable
from tests.agent.models.talking import CUSTOMER, WANTS_MONEY, honest, listening_aside
from tests.processes import triage

pytestmark = [pytest.mark.allow_hosts(["127.0.0.1"]), pytest.mark.slow]
KEY = "sk-of-nobody"
ADDRESS = "http://127.0.0.1:9/v1"
BAD: dict[str, tuple[dict[str, str], str]] = {
    "no server": ({}, "no server is named"),
    "another protocol": ({"base_url": "ftp://127.0.0.1/v1"}, "OPENAI_BASE_URL"),
    "no protocol": ({"base_url": "127.0.0.1:8000/v1"}, "OPENAI_BASE_URL"),
    "a file": ({"base_url": "file:///etc/passwd"}, "OPENAI_BASE_URL"),
    "no host": ({"base_url": "http:///v1"}, "OPENAI_BASE_URL"),
    "a user": ({"base_url": f"http://someone:{KEY}@127.0.0.1/v1"}, "OPENAI_BASE_URL"),
    "a query": ({"base_url": f"http://127.0.0.1/v1?key={KEY}"}, "OPENAI_BASE_URL"),
    "a fragment": ({"base_url": "http://127.0.0.1/v1#here"}, "OPENAI_BASE_URL"),
    "a port that is no number": ({"base_url": "http://127.0.0.1:port/v1"}, "OPENAI_BASE_URL"),
    "a port too large": ({"base_url": "http://127.0.0.1:99999/v1"}, "OPENAI_BASE_URL"),
    "port 0": ({"base_url": "http://127.0.0.1:0/v1"}, "OPENAI_BASE_URL"),
    "half a bracket": ({"base_url": "http://[::1/v1"}, "OPENAI_BASE_URL"),
    "a space": ({"base_url": "http://127.0.0.1 /v1"}, "OPENAI_BASE_URL"),
    "a line break": ({"base_url": "http://127.0.0.1:9\n/v1"}, "OPENAI_BASE_URL"),
    "letters of elsewhere": ({"base_url": "http://bücher.example/v1"}, "OPENAI_BASE_URL"),
    "a key with a line break": ({"base_url": ADDRESS, "api_key": f"{KEY}\n"}, "OPENAI_API_KEY"),
    "a key with a header": ({"base_url": ADDRESS, "api_key": f"{KEY}\r\nX-Other: 1"}, "OPENAI_API_KEY"),
    "a key with a space": ({"base_url": ADDRESS, "api_key": f"Bearer {KEY}"}, "OPENAI_API_KEY"),
    "a key of other letters": ({"base_url": ADDRESS, "api_key": f"{KEY}é"}, "OPENAI_API_KEY"),
    "a model with a line break": ({"base_url": ADDRESS, "model": "one\ntwo"}, "OPENAI_MODEL"),
    "a model without end": ({"base_url": ADDRESS, "model": "m" * 300}, "OPENAI_MODEL"),
}


@pytest.fixture(autouse=True)
def unnamed(monkeypatch: pytest.MonkeyPatch) -> None:
    """No server is named but by the tests."""
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_MODEL"):
        monkeypatch.delenv(name, raising=False)


def settings(**named: object) -> ServerSettings:
    return ServerSettings.model_validate(named)


@contextmanager
def silent() -> Iterator[str]:
    """Yield the address of a server that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as ear:
        yield f"http://127.0.0.1:{ear.getsockname()[1]}/v1"


def run(agent: Agent, chosen: Chosen) -> tuple[Decision, Trace]:
    async def once() -> tuple[Decision, Trace]:
        try:
            return await agent.run(Ticket.of(WANTS_MONEY, customer_id=CUSTOMER))
        finally:
            if chosen.server is not None:
                await chosen.server.close()

    return asyncio.run(once())


@pytest.mark.parametrize(("named", "says"), BAD.values(), ids=BAD)
@pytest.mark.parametrize("kind", ["llm", "cascade"])
def test_what_names_no_server_stops_the_start_with_one_line(
    agent: Agent, tmp_path: Path, kind: str, named: dict[str, str], says: str
) -> None:
    with pytest.raises(PartUnavailable) as refused:
        as_release(agent, kind, settings(**named), tmp_path)
    words = str(refused.value)
    assert words.startswith("model: ")
    assert says in words
    assert words.isprintable()
    assert KEY not in words
    with pytest.raises(PartUnavailable):
        require_server(load_release(kind), settings(**named))


def test_a_release_without_a_large_model_needs_no_server(agent: Agent, tmp_path: Path) -> None:
    _, chosen = as_release(agent, "embedded", settings(base_url="ftp://nowhere"), tmp_path)
    assert (chosen.server, chosen.prompts) == (None, {})
    require_server(load_release("embedded"), settings())


@pytest.mark.parametrize("case", ["no server", "another protocol", "half a bracket", "a port that is no number"])
@pytest.mark.parametrize("command", [("ticket", WANTS_MONEY), ("serve", "--demo", "--port", "0")], ids=lambda it: it[0])
def test_the_command_says_so_and_fails(root: Path, tmp_path: Path, case: str, command: tuple[str, ...]) -> None:
    named, says = BAD[case]
    environment = {"OPENAI_BASE_URL": named.get("base_url", ""), "OPENAI_API_KEY": "", "TRIAGE_RELEASE": "llm"}
    if command[0] == "serve":
        environment["TRIAGE_DATABASE"] = f"sqlite:///{tmp_path}/service.db"
    done = triage(root, *command, **environment)
    assert (done.returncode, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    assert says in line


def _down(agent: Agent, tmp_path: Path, address: str) -> tuple[Agent, Chosen]:
    started = time.monotonic()
    large, chosen = as_release(agent, "llm", settings(base_url=address), tmp_path)
    assert time.monotonic() - started < LONGEST_S + 1.0
    assert chosen.model.name == UNRESOLVED
    return large, chosen


def test_a_server_that_is_down_does_not_stop_the_start_and_is_found_later(agent: Agent, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    large, _ = _down(agent, tmp_path, f"http://127.0.0.1:{port}/v1")

    async def later() -> tuple[Decision, Decision, Trace]:
        first, _ = await large.run(Ticket.of(WANTS_MONEY, customer_id=CUSTOMER))
        async with ScriptedServer(honest(), models=("late-1",)).listening(port):
            second, trace = await large.run(Ticket.of(WANTS_MONEY, customer_id=CUSTOMER))
        return first, second, trace

    first, second, trace = asyncio.run(later())
    assert (first.model, Flag.MODEL_UNAVAILABLE in first.flags, first.usage.llm_calls) == (UNRESOLVED, True, 0)
    assert (second.model, second.flags) == ("late-1", [])
    assert {event.model for event in trace.events if isinstance(event, ModelCalled)} == {"late-1"}


def test_a_server_that_says_nothing_does_not_stop_the_start(agent: Agent, tmp_path: Path) -> None:
    with silent() as address:
        large, chosen = _down(agent, tmp_path, address)
        started = time.monotonic()
        decision, _ = run(large, chosen)
        assert time.monotonic() - started < 3.3
    assert Flag.MODEL_UNAVAILABLE in decision.flags
    assert decision.refund is not None


@pytest.mark.parametrize(
    ("models", "says"),
    [((), "no model"), (("a", "b"), "2 models (a, b)"), (tuple("abcdefg"), "7 models (a, b, c, d, e, ...)")],
)
def test_where_not_one_model_is_on_offer_one_has_to_be_named(
    agent: Agent, tmp_path: Path, models: tuple[str, ...], says: str
) -> None:
    with listening_aside(ScriptedServer(honest(), models=models)) as server:
        with pytest.raises(PartUnavailable, match=r"OPENAI_MODEL is not set") as refused:
            as_release(agent, "llm", settings(base_url=server.address), tmp_path)
        assert says in str(refused.value)
        _, chosen = as_release(agent, "llm", settings(base_url=server.address, model="b"), tmp_path)
        assert chosen.model.name == "b"


def test_the_only_model_is_used_and_named(agent: Agent, tmp_path: Path) -> None:
    with listening_aside(ScriptedServer(honest(), models=("only-1",))) as server:
        large, chosen = as_release(agent, "llm", settings(base_url=server.address), tmp_path)
        assert chosen.model.name == "only-1"
        decision, trace = run(large, chosen)
        assert {request.body["model"] for request in server.journal if request.body} == {"only-1"}
    assert (decision.model, decision.flags) == ("only-1", [])
    assert {event.model for event in trace.events if isinstance(event, ModelCalled)} == {"only-1"}


@pytest.mark.parametrize("name", ["", "two\nlines", "\x1b[31mred", "x" * 300, "right\u202eleft"], ids=ascii)
def test_what_is_no_name_is_not_taken_for_one(agent: Agent, tmp_path: Path, name: str) -> None:
    """It would stand in Decisions, traces and messages as it is."""
    with listening_aside(ScriptedServer(honest(), models=(name,))) as server:
        large, chosen = _down(agent, tmp_path, server.address)
        decision, trace = run(large, chosen)
    assert (decision.model, Flag.MODEL_UNAVAILABLE in decision.flags) == (UNRESOLVED, True)
    assert {event.error for event in trace.events if isinstance(event, StepFailed)} == {"unreadable"}


def test_the_doctor_asks_each_time_and_says_what_is_wrong(tmp_path: Path) -> None:
    with listening_aside(ScriptedServer(honest(), takes_not=frozenset({"temperature"}))) as server:
        said = asyncio.run(inspect_server(settings(base_url=server.address), tmp_path, "llm"))
        assert said == f"scripted-1 at {server.address}: answers by json_schema, max_tokens, no temperature"
        server.script = lambda *_: "unauthorised"
        with pytest.raises(PartUnavailable, match=r"gives no answer \(refused\)"):
            asyncio.run(inspect_server(settings(base_url=server.address), tmp_path, "llm"))
    with pytest.raises(PartUnavailable, match=r"gives no answer \(unreachable\)"):
        asyncio.run(inspect_server(settings(base_url=server.address, model="scripted-1"), tmp_path, "llm"))
