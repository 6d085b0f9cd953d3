"""A server that answers one at a time, and writes on what nobody waits for: tickets wait no longer than they may."""

import asyncio
import time
from dataclasses import replace
from pathlib import Path

import pytest

from agent.assemble import Agent
from agent.decision import Flag
from agent.taxonomy import NextAction
from agent.ticket import Ticket
from evals.scripted_server.server import ScriptedServer
from tests.agent.models.talking import CUSTOMER, WANTS_MONEY, honest, talking

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
DEADLINE_S, LATE_S = 1.0, 0.5


async def test_tickets_at_once_share_what_the_server_manages(agent: Agent, tmp_path: Path) -> None:
    server = ScriptedServer(honest(), one_at_a_time=True)
    async with talking(agent, tmp_path, server=server) as talk:
        server.delay_s = 0.15
        hurried = replace(talk.agent, release=talk.agent.release.model_copy(update={"deadline_s": DEADLINE_S}))
        started = time.perf_counter()
        tickets = (Ticket.of(WANTS_MONEY, customer_id=CUSTOMER) for _ in range(4))
        decisions = [decision for decision, _ in await asyncio.gather(*(hurried.run(ticket) for ticket in tickets))]
        assert time.perf_counter() - started < DEADLINE_S + LATE_S
    assert {decision.next_action for decision in decisions} == {NextAction.OFFER_REFUND}
    assert any(Flag.MODEL_UNAVAILABLE in decision.flags for decision in decisions)
    assert any(decision.usage.output_tokens for decision in decisions)
