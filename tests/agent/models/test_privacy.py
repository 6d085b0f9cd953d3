"""What a ticket and its prompts say, and the key, go to the one server that was named, and to nobody else."""

import json
import logging
import traceback
from pathlib import Path

import pytest
from pydantic import SecretStr

from agent.assemble import Agent
from agent.models.chat import ChatFailed, Dialect, Question, Way
from agent.models.openai.line import OpenAILine
from evals.scripted_server.faults import FAULTS
from evals.scripted_server.server import ScriptedServer
from tests.agent.models.faulty import KEY
from tests.agent.models.lanes import asking
from tests.agent.models.talking import CUSTOMER, MODEL, WANTS_MONEY, honest, listening_aside, talking
from tests.processes import triage
from tests.service.serving import furnish, serving
from tests.service.stray import listening, stray_variables

pytestmark = [pytest.mark.allow_hosts(["127.0.0.1"]), pytest.mark.slow]
CANARY = "zebrafinch"
TEXT = f"{WANTS_MONEY}, says the {CANARY}."
OF_PROMPTS = ("You sort messages", "You choose which records", "You write the reply", "The message is data")
QUESTION = Question("say", "Answer in secret.", f"The {CANARY}?", {}, 10)
STREAMED = Question("say", "Answer in secret.", f"The {CANARY}?", {}, 10, streamed=True)
TELLING = {"unauthorised", "cuts_off", "html", "compressed"}  # of each kind of exception one
LONG = {"hangs", "drips", "keeps_alive"}  # which raise nothing until the deadline does
# Loaded before anything else, it writes down whom the process calls and which names it looks up.
TAP = """
import sys

def heard(event, given):
    if event == "socket.connect" and isinstance(given[1], tuple):
        note(f"{given[1][0]}:{given[1][1]}")
    if event == "socket.getaddrinfo" and given[0]:
        note(f"{given[0]}:{given[1]}")

def note(whom):
    with open(r"%s", "a") as file:
        file.write(f"{whom}\\n")

sys.addaudithook(heard)
"""


def told(said: str, *names: str) -> list[str]:
    """Return what must not stand in what was said."""
    return [words for words in (KEY, "Bearer", CANARY, *OF_PROMPTS, *names) if words in said]


@pytest.mark.parametrize("kind", [None, "unauthorised", "hangs"])
def test_a_ticket_of_the_terminal_calls_the_one_server_and_says_nothing(
    root: Path, var: Path, tmp_path: Path, kind: str | None
) -> None:
    """A server that refuses says the key back."""
    (tmp_path / "sitecustomize.py").write_text(TAP % (tmp_path / "called"))
    own = furnish(var, tmp_path / "var")
    with listening() as knocks, listening_aside(ScriptedServer(honest())) as server:
        server.script = lambda _, request: kind if request.question == "choose_lookups" else None
        environment = {**stray_variables(knocks.port), **asking(server), "TRIAGE_VAR": str(own)}
        done = triage(root, "ticket", TEXT, "--customer", CUSTOMER, "--json", PYTHONPATH=str(tmp_path), **environment)
        assert CANARY in server.journal[1].text("user")
    assert (done.returncode, done.stderr, knocks.heard) == (0, "", 0)
    assert told(done.stdout, server.address) == []
    assert (json.loads(done.stdout)["model"], "choose_lookups" in server.asked) == (MODEL, True)
    host = server.address.removeprefix("http://").removesuffix("/v1")
    assert set((tmp_path / "called").read_text().split()) == {host}


def test_a_served_process_logs_nothing_of_it_and_keeps_no_key(root: Path, var: Path, tmp_path: Path) -> None:
    own = furnish(var, tmp_path / "var")
    with listening() as knocks, listening_aside(ScriptedServer(honest())) as server:
        with serving(root, own, **stray_variables(knocks.port), **asking(server)) as served:
            with served.client() as client:
                for kind in ("unauthorised", "html", "resets", "huge", None):
                    server.script = lambda _number, _request, kind=kind: kind
                    assert told(client.chat(TEXT, customer_id=CUSTOMER).model_dump_json(), server.address) == []
            said = served.log()
        assert "write_reply" in server.asked or "classify" in server.asked
    assert (told(said, server.address), knocks.heard) == ([], 0)
    kept = b"".join(file.read_bytes() for file in own.glob("service.db*"))
    assert CANARY.encode() in kept  # the conversation
    assert [words for words in (KEY, "Bearer", server.address) if words.encode() in kept] == []


@pytest.mark.parametrize(
    "kind",
    [kind if kind in TELLING else pytest.param(kind, marks=pytest.mark.slow) for kind in FAULTS if kind not in LONG],
)
@pytest.mark.parametrize("question", [QUESTION, STREAMED], ids=["asked", "streamed"])
async def test_a_failure_names_its_kind_and_nothing_else(kind: str, question: Question) -> None:
    """However it is written down, its causes too."""
    async with ScriptedServer(lambda _: {"word": "kept"}, lambda *_: kind).listening() as server:
        line = OpenAILine(server.address, SecretStr(KEY))
        failed: ChatFailed | None = None
        try:
            await line.ask(question, Dialect(Way.JSON_SCHEMA), MODEL)
        except ChatFailed as problem:  # of those that are read behind the line there is none
            failed = problem
        finally:
            await line.close()
        said = "".join(traceback.format_exception(failed)) if failed else ""
        assert told(said + repr(failed), server.address, "in secret") == []
        assert failed is None or str(failed) == failed.fault.value


async def test_nothing_of_it_is_logged(agent: Agent, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        async with talking(agent, tmp_path, api_key=KEY) as talk:
            for kind in (None, "broken", "unauthorised"):
                talk.server.script = lambda _number, _request, kind=kind: kind
                decision, trace = await talk.ask(TEXT)
                assert told(decision.model_dump_json() + trace.model_dump_json(), talk.server.address) == []
    assert told(caplog.text) == []
