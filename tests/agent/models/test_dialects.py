"""How a server's ways are found out: what it offers, what it only takes, and what it does not take."""

from pathlib import Path

import pytest

from agent.assemble import Agent
from agent.deadline import Deadline
from agent.models.chat import Dialect, Way
from agent.models.spending import Spending
from agent.taxonomy import NextAction
from evals.scripted_server.exchange import Request
from evals.scripted_server.server import ScriptedServer
from tests.agent.models.talking import Talk, honest, talking

pytestmark = [pytest.mark.allow_hosts(["127.0.0.1"]), pytest.mark.slow]


async def found(talk: Talk) -> Dialect:
    _, dialect = await talk.model_server.resolve(Spending(Deadline.after(5.0)))
    return dialect


@pytest.mark.parametrize("offers", [*((way,) for way in Way), tuple(Way), (Way.TOOL, Way.TEXT)], ids="+".join)
@pytest.mark.parametrize(
    "refuses_with",
    [
        "broken",
        pytest.param("rejected", marks=pytest.mark.slow),
        pytest.param("context_overflow", marks=pytest.mark.slow),
    ],
)
async def test_the_strongest_way_is_found(
    agent: Agent, tmp_path: Path, offers: tuple[Way, ...], refuses_with: str
) -> None:
    """Some servers answer what they do not offer with an error of their own, such as llama-cpp-python."""
    server = ScriptedServer(honest(), offers=frozenset(offers), refuses_with=refuses_with)
    async with talking(agent, tmp_path, server=server, knows_ways=False) as talk:
        assert (await found(talk)).way == next(way for way in Way if way in offers)


@pytest.mark.parametrize("way", Way)
async def test_a_ticket_goes_its_whole_way_by_each(agent: Agent, tmp_path: Path, way: Way) -> None:
    server = ScriptedServer(honest(), offers=frozenset({way}), refuses_with="broken")
    async with talking(agent, tmp_path, server=server) as talk:
        decision, _ = await talk.ask()
        assert [request.way for request in talk.server.journal] == [way] * 3
    assert (decision.next_action, decision.flags) == (NextAction.OFFER_REFUND, [])
    assert decision.reply.startswith("I am sorry for the trouble.")


@pytest.mark.parametrize("unheeded", [("json_schema",), ("json_schema", "tool")], ids="+".join)
async def test_who_takes_a_schema_and_does_not_heed_it_is_found_out(
    agent: Agent, tmp_path: Path, unheeded: tuple[str, ...]
) -> None:
    def mind(request: Request) -> dict[str, str]:
        return {"word": "blue" if request.way in unheeded else "kept"}

    async with talking(agent, tmp_path, server=ScriptedServer(mind), knows_ways=False) as talk:
        assert (await found(talk)).way == next(way for way in Way if way not in unheeded)


@pytest.mark.parametrize("takes_not", [("temperature",), ("max_tokens",), ("temperature", "max_tokens")], ids="+".join)
@pytest.mark.parametrize("offers", [tuple(Way), (Way.TEXT,)], ids=["all ways", "text"])
async def test_a_field_that_is_refused_is_left_out_or_named_otherwise(
    agent: Agent, tmp_path: Path, takes_not: tuple[str, ...], offers: tuple[Way, ...]
) -> None:
    server = ScriptedServer(honest(), takes_not=frozenset(takes_not), offers=frozenset(offers))
    async with talking(agent, tmp_path, server=server) as talk:
        dialect = await found(talk)
        assert dialect.temperature == ("temperature" not in takes_not)
        assert dialect.limit == ("max_completion_tokens" if "max_tokens" in takes_not else "max_tokens")
        assert (dialect.way is Way.TEXT) == (offers == (Way.TEXT,))
        decision, _ = await talk.ask()
        assert decision.flags == []
        assert all(dialect.limit in one.body for one in talk.server.journal)
