"""Each prompt alone, judged against a scripted server: right answers count, failures and wrong ones don't."""

from pathlib import Path

import pytest

from agent.assemble import Agent
from agent.ticket import Ticket
from evals.prompts.acts import Prompts, drawn, load_topics
from evals.scripted_server.server import ScriptedServer
from tests.agent.models.talking import Talk, honest, talking

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
TICKETS = load_topics()


def prompts_of(talk: Talk) -> Prompts:
    assert talk.chosen.large is not None
    return Prompts(talk.agent, talk.chosen.large, 5.0)


async def test_an_honest_model_is_right_where_its_mind_is(agent: Agent, tmp_path: Path) -> None:
    refunds = [ticket for ticket in TICKETS if ticket.category == "refund_request"][:5]
    others = [ticket for ticket in TICKETS if ticket.category == "technical_issue"][:5]
    inbox = [Ticket.of("I want my money back for A-10234", customer_id="C-1001"), Ticket.of("How do refunds work?")]
    async with talking(agent, tmp_path) as talk:
        judged = prompts_of(talk)
        labels = await judged.classify([*refunds, *others])
        look_ups = await judged.choose_lookups(drawn(judged.naming_an_order(TICKETS), 8))
        words = await judged.write_reply(inbox)
    assert (labels.answered.value, labels.right.value) == (1.0, 0.5)
    assert (look_ups.answered.value, look_ups.right.value, look_ups.right.n) == (1.0, 1.0, 8)
    assert (words.answered.value, words.right.value) == (1.0, 1.0)
    assert labels.input_tokens > 500
    assert not labels.failures


async def test_what_fails_is_counted_by_its_kind_and_is_not_right(agent: Agent, tmp_path: Path) -> None:
    server = ScriptedServer(honest(), lambda number, _: "wrong_choice" if number % 2 else None)
    async with talking(agent, tmp_path, "llm", server) as talk:
        found = await prompts_of(talk).classify(
            [ticket for ticket in TICKETS if ticket.category == "refund_request"][:4]
        )
    assert found.failures == {"unusable": 2}
    assert (found.answered.value, found.right.value) == (0.5, 0.5)
    assert found.output_tokens > 0


async def test_words_that_have_to_be_taken_out_are_not_right(agent: Agent, tmp_path: Path) -> None:
    promising = ScriptedServer(lambda _: {"reply": "$statement\n\nYour refund is approved.", "word": "kept"})
    async with talking(agent, tmp_path, "llm", promising, knows_ways=False) as talk:
        found = await prompts_of(talk).write_reply([Ticket.of("I want my money back", customer_id="C-1001")])
    assert found.right.value == 0.0
