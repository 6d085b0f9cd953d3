"""What is known of a server's ways: kept on disk, asked for once, in time, and forgotten where it holds no more."""

import asyncio
import json
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from agent.assemble import Agent
from agent.deadline import Deadline
from agent.decision import Flag
from agent.models.chat import ChatFailed, Dialect, Fault, Way
from agent.models.dialects import AGAIN_S, LONGEST_S, Dialects
from agent.models.server import ModelServer
from agent.models.spending import Spending
from evals.scripted_server.exchange import Request
from evals.scripted_server.server import ScriptedServer
from tests.agent.models.talking import Talk, honest, talking

pytestmark = [pytest.mark.allow_hosts(["127.0.0.1"]), pytest.mark.slow]


def restarted(talk: Talk) -> ModelServer:
    """Return what another process knows."""
    known = talk.model_server.dialects
    return replace(talk.model_server, dialects=Dialects(known.folder, known.address))


def long() -> Spending:
    return Spending(Deadline.after(5.0))


def kept(talk: Talk) -> list[Path]:
    return sorted(talk.model_server.dialects.folder.glob("*.json"))


def silent(_number: int, request: Request) -> str | None:
    """Hang where it is asked for its ways."""
    return "hangs" if request.question == "say" else None


async def test_another_process_need_not_ask(agent: Agent, tmp_path: Path) -> None:
    async with talking(agent, tmp_path, server=ScriptedServer(honest(), offers=frozenset({"tool"}))) as talk:
        assert await restarted(talk).resolve(long()) == ("scripted-1", Dialect(Way.TOOL))
        assert talk.server.asked == []
        await replace(restarted(talk), model="another-model").resolve(long())
        assert set(talk.server.asked) == {"say"}


WHOLE = {"server": "http://127.0.0.1/v1", "model": "m", "way": "text", "limit": "max_tokens", "temperature": True}
DAMAGED = {
    "empty": "",
    "cut off": '{"server": "http',
    "a list": "[]",
    "deep": "[" * 100_000,
    "not UTF-8": "\udcff",
    "no fields": "{}",
    "another server's": json.dumps(WHOLE),
    "an unknown way": '{"way": "telepathy"}',
    "a limit that is a field of ours": '{"limit": "model"}',
    "a limit that is none": '{"limit": ["max_tokens"]}',
    "a temperature in words": '{"temperature": "false"}',
    "more than was written": '{"extra": 1}',
}


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED)
async def test_a_file_that_is_damaged_or_foreign_is_written_anew(agent: Agent, tmp_path: Path, content: str) -> None:
    async with talking(agent, tmp_path) as talk:
        (file,) = kept(talk)
        written = file.read_text()
        changed = json.loads(content) if content.startswith("{") and content.endswith("}") and content != "{}" else None
        spoilt = content if changed is None else json.dumps(json.loads(written) | changed)
        file.write_bytes(spoilt.encode(errors="surrogateescape"))
        _, dialect = await restarted(talk).resolve(long())
        assert (dialect.way, talk.server.asked, file.read_text()) == (Way.JSON_SCHEMA, ["say"], written)


async def test_where_nothing_can_be_kept_it_is_known_all_the_same(agent: Agent, tmp_path: Path) -> None:
    (tmp_path / "models").write_text("a file where the folder should be")
    async with talking(agent, tmp_path, knows_ways=False) as talk:
        for _ in range(2):
            decision, _ = await talk.ask()
            assert decision.flags == []
        assert talk.server.asked.count("say") == 1


async def test_no_answer_in_time_means_unknown_and_it_is_asked_again_later(agent: Agent, tmp_path: Path) -> None:
    async with talking(agent, tmp_path, server=ScriptedServer(honest(), silent), knows_ways=False) as talk:
        started = time.monotonic()
        decision, _ = await talk.ask()
        assert LONGEST_S <= time.monotonic() - started < 3.0
        assert Flag.MODEL_UNAVAILABLE not in decision.flags
        assert [request.way for request in talk.server.journal] == ["json_schema", "text", "text", "text"]
        await talk.ask()
        assert talk.server.asked.count("say") == 1
        assert kept(talk) == []
        talk.server.script = lambda *_: None
        talk.model_server.dialects.now = lambda: time.monotonic() + AGAIN_S
        await talk.ask()
        assert talk.server.asked.count("say") == 2
        assert [request.way for request in talk.server.journal][-3:] == ["json_schema"] * 3


async def test_tickets_at_the_same_moment_ask_once(agent: Agent, tmp_path: Path) -> None:
    async with talking(agent, tmp_path, server=ScriptedServer(honest(), delay_s=0.2), knows_ways=False) as talk:
        decisions = await asyncio.gather(*(talk.ask() for _ in range(5)))
        assert talk.server.asked.count("say") == 1
        assert sorted(decision.usage.llm_calls for decision, _ in decisions) == [3, 3, 3, 3, 4]
        assert all(decision.flags == [] for decision, _ in decisions)


async def test_asking_counts_in_the_first_tickets_usage(agent: Agent, tmp_path: Path) -> None:
    own = {"price_input": 1.0, "price_output": 1.0}
    server = ScriptedServer(honest(), offers=frozenset({"tool"}))
    async with talking(agent, tmp_path, server=server, knows_ways=False, **own) as talk:
        (first, _), (second, _) = await talk.ask(), await talk.ask()
    # One refusal, for which nothing was counted, and one answer, both before the plan's three.
    assert (first.usage.llm_calls, second.usage.llm_calls) == (5, 3)
    assert first.usage.input_tokens > second.usage.input_tokens
    assert first.usage.cost_usd is None
    assert second.usage.cost_usd is not None


async def test_asking_is_done_within_the_first_tickets_deadline(agent: Agent, tmp_path: Path) -> None:
    server = ScriptedServer(honest(), offers=frozenset({"text"}), delay_s=0.4)
    async with talking(agent, tmp_path, server=server, knows_ways=False) as talk:
        started = time.monotonic()
        decision, _ = await talk.ask()
        assert time.monotonic() - started < 3.0
    assert decision.refund is not None


async def test_whoever_asked_first_may_go_away(agent: Agent, tmp_path: Path) -> None:
    async with talking(agent, tmp_path, server=ScriptedServer(honest(), delay_s=0.3), knows_ways=False) as talk:
        first = asyncio.create_task(talk.ask())
        while not talk.server.asked:  # noqa: ASYNC110  # the other end is a server
            await asyncio.sleep(0.01)
        second = asyncio.create_task(talk.ask())
        await asyncio.sleep(0.1)
        first.cancel()
        with suppress(asyncio.CancelledError):
            await first
        decision, _ = await second
        assert (decision.flags, talk.server.asked.count("say")) == ([], 1)
        assert talk.model_server.breaker.state == "closed"


async def test_whoever_asked_first_may_have_little_time(agent: Agent, tmp_path: Path) -> None:
    async with talking(agent, tmp_path, server=ScriptedServer(honest(), delay_s=0.3), knows_ways=False) as talk:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await talk.model_server.resolve(Spending(Deadline.after(0.1)))
        _, dialect = await talk.model_server.resolve(long())
        assert (dialect.way, talk.server.asked) == (Way.JSON_SCHEMA, ["say"])


async def test_what_the_server_no_longer_takes_is_forgotten(agent: Agent, tmp_path: Path) -> None:
    async with talking(agent, tmp_path) as talk:
        talk.server.offers = frozenset({"text"})
        decision, trace = await talk.ask()
        assert {event.error for event in trace.events if event.kind == "failure"} == {Fault.REJECTED}
        assert [request.way for request in talk.server.journal] == ["json_schema", "text", "text"]
        assert (kept(talk), Flag.MODEL_UNAVAILABLE in decision.flags) == ([], True)
        talk.model_server.dialects.now = lambda: time.monotonic() + AGAIN_S
        assert (await talk.model_server.resolve(long()))[1].way is Way.TEXT
        assert len(kept(talk)) == 1


@pytest.mark.parametrize(
    "kind",
    ["context_overflow", *(pytest.param(kind, marks=pytest.mark.slow) for kind in ("no_quota", "redirects", "broken"))],
)
async def test_no_other_failure_makes_it_forget(agent: Agent, tmp_path: Path, kind: str) -> None:
    async with talking(agent, tmp_path, server=ScriptedServer(honest(), lambda *_: kind)) as talk:
        await talk.ask()
        assert len(kept(talk)) == 1


async def test_a_server_that_refuses_its_ways_is_not_said_to_have_none(agent: Agent, tmp_path: Path) -> None:
    """A wrong key says nothing about ways: with the right one they are found out at once by the next process."""
    server = ScriptedServer(honest(), lambda *_: "unauthorised")
    async with talking(agent, tmp_path, server=server, knows_ways=False) as talk:
        with suppress(ChatFailed):
            await talk.model_server.resolve(long())
        assert (talk.server.asked, kept(talk)) == (["say"], [])
