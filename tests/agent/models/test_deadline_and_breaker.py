"""One deadline for the whole ticket, whatever the server does, and a server that fails is left alone."""

import asyncio
import random
import time
from pathlib import Path
from statistics import quantiles

import pytest

from agent.assemble import Agent
from agent.deadline import Deadline
from agent.decision import Flag
from agent.models.breaker import FAILURES
from agent.models.chat import ChatFailed, Question
from agent.models.server import LEAST_TRY_S
from agent.models.spending import Spending
from agent.taxonomy import NextAction
from evals.scripted_server.exchange import Request
from evals.scripted_server.server import ScriptedServer
from tests.agent.models.talking import honest, talking

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
SLOWEST_S, P95_S = 3.3, 3.0
QUESTION = Question("say", "Answer.", "Say it.", {}, 10)


@pytest.mark.parametrize("kind", ["llm", pytest.param("cascade", marks=pytest.mark.slow)])
async def test_a_server_that_hangs_costs_no_more_than_the_deadline(agent: Agent, tmp_path: Path, kind: str) -> None:
    async with talking(agent, tmp_path, kind, ScriptedServer(honest(), lambda *_: "hangs")) as talk:
        started = time.perf_counter()
        decision, _ = await talk.ask()
        assert time.perf_counter() - started < P95_S
    assert decision.next_action is NextAction.OFFER_REFUND
    assert Flag.MODEL_UNAVAILABLE in decision.flags
    assert "qualifies for a refund" in decision.reply


@pytest.mark.slow
async def test_with_30_percent_of_calls_hanging_nearly_all_are_in_time_and_all_soon_after(
    agent: Agent, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    draw = random.Random(20261128)

    def hangs(_number: int, _request: Request) -> str | None:
        return "hangs" if draw.random() < 0.3 else None

    async with talking(agent, tmp_path, "llm", ScriptedServer(honest(), hangs, delay_s=0.05)) as talk:
        taken: list[float] = []

        async def one() -> None:
            started = time.perf_counter()
            decision, _ = await talk.ask()
            taken.append(time.perf_counter() - started)
            assert decision.next_action is NextAction.OFFER_REFUND

        for _ in range(50):  # four at once, as a desk that is busy
            await asyncio.gather(*(one() for _ in range(4)))
        hung = sum(seconds > 0.5 for seconds in taken)
    p95, slowest = quantiles(taken, n=20)[-1], max(taken)
    with capsys.disabled():
        print(f"\n30 % of calls hang: {len(taken)} tickets, {hung} slow ones, p95 {p95:.2f} s, slowest {slowest:.2f} s")
    assert hung > 20  # else the breaker had kept all of them away
    assert p95 < P95_S
    assert slowest < SLOWEST_S


async def test_a_server_that_always_fails_is_left_alone(agent: Agent, tmp_path: Path) -> None:
    async with talking(agent, tmp_path, "llm", ScriptedServer(honest(), lambda *_: "unavailable")) as talk:
        for _ in range(FAILURES):
            await talk.ask()
        asked = len(talk.server.asked)
        decision, trace = await talk.ask()
        assert len(talk.server.asked) == asked
        assert {event.error for event in trace.events if event.kind == "failure"} == {"shut_off"}
        assert decision.next_action is NextAction.OFFER_REFUND


@pytest.mark.slow
async def test_while_it_is_left_alone_a_ticket_takes_little_longer_than_without_it(
    agent: Agent, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async def fastest(ask: object) -> float:
        times = []
        for _ in range(7):
            started = time.perf_counter()
            await ask()  # type: ignore[operator]
            times.append(time.perf_counter() - started)
        return min(times)

    async with talking(agent, tmp_path, "llm", ScriptedServer(honest(), lambda *_: "unauthorised")) as talk:
        await talk.ask()
        assert talk.chosen.server is not None
        assert talk.chosen.server.breaker.state == "open"
        alone = await fastest(lambda: _embedded(agent))
        beside = await fastest(talk.ask)
    with capsys.disabled():
        print(f"\nbreaker open: a ticket takes {1000 * (beside - alone):.1f} ms longer than without a large model")
    assert beside < alone + 0.1


async def _embedded(agent: Agent) -> None:
    from agent.ticket import Ticket

    await agent.run(Ticket.of("I want my money back for A-10234", customer_id="C-1001"))


async def test_it_is_asked_again_once_it_works(agent: Agent, tmp_path: Path) -> None:
    async with talking(agent, tmp_path, "cascade", ScriptedServer(honest(), lambda *_: "unavailable")) as talk:
        breaker = talk.chosen.server.breaker  # type: ignore[union-attr]
        for _ in range(FAILURES):
            await talk.ask()
        assert breaker.state == "open"
        talk.server.script = lambda *_: None
        breaker.now = lambda: time.monotonic() + 60
        decision, _ = await talk.ask()
        assert breaker.state == "closed"
        assert Flag.MODEL_UNAVAILABLE not in decision.flags


async def test_an_act_that_has_no_time_is_not_held_against_the_server(agent: Agent, tmp_path: Path) -> None:
    async with talking(agent, tmp_path) as talk:
        for _ in range(FAILURES + 1):
            with pytest.raises(ChatFailed, match="no_time"):
                await talk.model_server.ask(QUESTION, str, Spending(Deadline.after(LEAST_TRY_S / 2)))
        assert (talk.server.asked, talk.model_server.breaker.state) == ([], "closed")


async def test_a_trial_whose_customer_goes_away_makes_room_for_another(agent: Agent, tmp_path: Path) -> None:
    async with talking(agent, tmp_path, server=ScriptedServer(honest(), lambda *_: "unauthorised")) as talk:
        breaker = talk.model_server.breaker
        await talk.ask()
        breaker.now = lambda: time.monotonic() + 60
        talk.server.script = lambda *_: "hangs"
        asked = len(talk.server.asked)
        trial = asyncio.create_task(talk.model_server.ask(QUESTION, str, Spending(Deadline.after(30.0))))
        while len(talk.server.asked) == asked:  # noqa: ASYNC110  # the other end is a server
            await asyncio.sleep(0.01)
        talk.server.script = lambda *_: None
        meanwhile, _ = await talk.ask()
        trial.cancel()
        await asyncio.gather(trial, return_exceptions=True)
        after, _ = await talk.ask()
    assert Flag.MODEL_UNAVAILABLE in meanwhile.flags  # one trial at a time
    assert after.flags == []
