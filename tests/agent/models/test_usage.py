"""What a ticket's calls took and cost, which prompts asked, and when a cascade asks, as Decision and trace show it."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from pydantic import SecretStr

from agent.assemble import Agent
from agent.models.cascade import CascadeModel
from agent.models.chat import ChatFailed, Dialect, Question
from agent.models.openai.line import OpenAILine
from agent.models.prices import ListedPrices, OwnPrices
from agent.models.prompts import BLANKS, PROMPTS
from agent.models.spending import Tokens
from agent.models.sureness import Sureness, sureness
from agent.release import load_release
from agent.ticket import Ticket
from agent.trace import ModelCalled
from evals.scripted_server.server import ScriptedServer
from tests.agent.models.raw_server import RawServer
from tests.agent.models.talking import CUSTOMER, MODEL, WANTS_MONEY, honest, talking

pytestmark = [pytest.mark.allow_hosts(["127.0.0.1"]), pytest.mark.slow]
UNSURE, SURE = "My plan and my parcel, both are wrong", WANTS_MONEY
MILLION = 1_000_000


@pytest.mark.parametrize(
    ("own", "cost"),
    [
        (OwnPrices(1.0, 10.0), 0.0002),  # without a price of its own, what was read before costs as much as any
        (OwnPrices(1.0, 10.0, 0.1), 0.000128),
        (OwnPrices(0.0, 0.0), 0.0),
    ],
)
def test_own_prices(own: OwnPrices, cost: float) -> None:
    assert own.cost(Tokens(input=100, cached=80, output=10)) == pytest.approx(cost)


def test_who_counts_more_read_before_than_read_costs_nothing_less() -> None:
    assert OwnPrices(1.0, 1.0).cost(Tokens(input=0, cached=MILLION, output=0)) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("address", "model", "known"),
    [
        ("https://api.openai.com/v1", "gpt-4o-mini", True),
        ("https://api.openai.com/v1", "no-such-model", False),
        ("http://127.0.0.1:8000/v1", "gpt-4o-mini", False),  # somebody's own server, whatever its model is called
    ],
)
def test_listed_prices(address: str, model: str, known: bool) -> None:
    cost = ListedPrices(address, lambda: model).cost(Tokens(input=MILLION, cached=0, output=MILLION))
    assert (cost is not None) is known
    assert cost is None or cost > 0


async def test_usage_and_cost_are_added_up_over_the_acts(agent: Agent, tmp_path: Path) -> None:
    async with talking(agent, tmp_path, price_input=2.0, price_cached=0.5, price_output=8.0) as talk:
        decision, trace = await talk.ask()
    used, acts = decision.usage, [event for event in trace.events if isinstance(event, ModelCalled)]
    assert [act.act for act in acts] == ["classify", "choose_lookups", "write_reply"]
    assert (used.llm_calls, used.retries) == (3, 0)
    assert used.input_tokens == sum(act.input_tokens for act in acts)
    fresh = used.input_tokens - used.cached_tokens
    assert min(fresh, used.cached_tokens, used.output_tokens) > 0
    cost = (2.0 * fresh + 0.5 * used.cached_tokens + 8.0 * used.output_tokens) / MILLION
    assert used.cost_usd == pytest.approx(cost, abs=1e-8)


async def test_without_a_price_the_cost_is_not_known(agent: Agent, tmp_path: Path) -> None:
    async with talking(agent, tmp_path) as talk:
        decision, _ = await talk.ask()
    assert (decision.usage.cost_usd, decision.usage.input_tokens > 0) == (None, True)


async def test_what_a_server_does_not_count_has_no_known_cost(agent: Agent, tmp_path: Path) -> None:
    server = ScriptedServer(honest(), usage=False)
    async with talking(agent, tmp_path, server=server, price_input=1.0, price_output=1.0) as talk:
        decision, _ = await talk.ask()
    used = decision.usage
    assert (used.llm_calls, used.input_tokens, used.output_tokens, used.cost_usd) == (3, 0, 0, None)


async def test_where_nobody_was_asked_nothing_was_spent(agent: Agent, tmp_path: Path) -> None:
    async with talking(agent, tmp_path, server=ScriptedServer(honest(), lambda *_: "unauthorised")) as talk:
        await talk.ask()
        decision, _ = await talk.ask()  # the breaker is open
    assert (decision.usage.llm_calls, decision.usage.cost_usd) == (0, 0.0)


@pytest.mark.parametrize("kind", ["finish_length", "finish_filter", "not_json", "wrong_choice"])
async def test_what_was_counted_for_an_answer_that_is_none_is_spent_too(
    agent: Agent, tmp_path: Path, kind: str
) -> None:
    server = ScriptedServer(honest(), lambda number, _: kind if number == 0 else None)
    async with talking(agent, tmp_path, server=server, price_input=1.0, price_output=1.0) as talk:
        decision, trace = await talk.ask()
        (first, *_) = [event for event in trace.events if isinstance(event, ModelCalled)]
        assert (first.calls, first.retries, first.uncounted) == (2, 1, 0)
        (prompt, *_) = (len(request.text("system")) // 4 for request in talk.server.journal)
        assert first.input_tokens > 2 * prompt
    assert (decision.usage.llm_calls, decision.usage.retries) == (4, 1)
    assert decision.usage.cost_usd is not None


LIES: dict[str, tuple[object, Tokens | None]] = {
    "true": ({"prompt_tokens": 5, "completion_tokens": 2, "total_tokens": 7}, Tokens(5, 0, 2)),
    "none": (None, None),
    "less than nothing": ({"prompt_tokens": -5, "completion_tokens": 2, "total_tokens": -3}, None),
    "more than there is": ({"prompt_tokens": 10**30, "completion_tokens": 2, "total_tokens": 10**30}, None),
}


@pytest.mark.parametrize(("usage", "tokens"), LIES.values(), ids=LIES)
async def test_only_what_can_be_true_is_counted(usage: object, tokens: Tokens | None) -> None:
    assert await _counted(usage) == tokens


@pytest.mark.parametrize(
    "usage",
    [
        "much",
        [],
        7,
        {"prompt_tokens": "many", "completion_tokens": [], "total_tokens": {}},
        {"prompt_tokens": 1.5, "completion_tokens": 1, "total_tokens": 2.5},
    ],
    ids=str,
)
async def test_what_is_no_number_of_tokens_counts_as_none_or_spoils_the_answer(usage: object) -> None:
    with suppress(ChatFailed):
        assert await _counted(usage) is None


async def _counted(usage: object) -> Tokens | None:
    choice = {"index": 0, "message": {"role": "assistant", "content": "{}"}, "finish_reason": "stop"}
    body = {"id": "c", "object": "chat.completion", "created": 0, "model": "m", "choices": [choice], "usage": usage}
    async with RawServer.answering(body).listening() as server:
        line = OpenAILine(server.address, SecretStr("key"))
        try:
            answered = await line.ask(Question("say", "Answer.", "Say it.", {}, 10), Dialect(), MODEL)
        finally:
            await line.close()
    return answered.tokens


@pytest.mark.parametrize("kind", ["llm", "cascade"])
async def test_prompts_are_named_by_version_and_by_hash(agent: Agent, tmp_path: Path, kind: str) -> None:
    async with talking(agent, tmp_path, kind) as talk:
        decision, trace = await talk.ask()
    large = load_release(kind).large
    assert large is not None
    of_acts: Mapping[str, str] = dict(large.prompts)
    assert decision.prompts == {"replies": agent.replies.version, **of_acts}
    files = {act: PROMPTS / act / f"{version}.md" for act, version in of_acts.items()}
    assert set(files) == set(BLANKS)
    hashes = {act: sha256(file.read_bytes()).hexdigest() for act, file in files.items()}
    assert trace.prompt_hashes == {"replies": agent.replies.sha256, **hashes}


@pytest.mark.parametrize(
    ("text", "asked"), [(SURE, ["write_reply"]), (UNSURE, ["classify", "write_reply"])], ids=["sure", "unsure"]
)
async def test_a_cascade_asks_for_a_label_only_where_it_is_unsure(
    agent: Agent, tmp_path: Path, text: str, asked: list[str]
) -> None:
    alone, _ = await agent.run(Ticket.of(text, customer_id=CUSTOMER))
    large = load_release("cascade").large
    assert large is not None
    assert large.ask_below is not None
    sure = sureness([alone.confidence, *(other.confidence for other in alone.alternatives)], large.ask_by)
    assert (sure < large.ask_below) is ("classify" in asked)
    async with talking(agent, tmp_path, "cascade") as talk:
        decision, _ = await talk.ask(text)
        assert talk.server.asked == asked
    assert decision.model == f"{agent.embedded.name}+{MODEL}"
    assert (decision.confidence == alone.confidence) is (text == SURE)


@pytest.mark.parametrize(
    ("by", "asked"),
    [(Sureness.CONFIDENCE, ["write_reply"]), (Sureness.MARGIN, ["classify", "write_reply"])],
)
async def test_a_cascade_is_as_sure_as_its_own_measure_says(
    agent: Agent, tmp_path: Path, by: Sureness, asked: list[str]
) -> None:
    alone, _ = await agent.run(Ticket.of(UNSURE, customer_id=CUSTOMER))
    async with talking(agent, tmp_path, "cascade") as talk:
        assert isinstance(talk.agent.model, CascadeModel)
        model = replace(talk.agent.model, by=by, below=alone.confidence)  # its margin is below its confidence
        await replace(talk.agent, model=model).run(Ticket.of(UNSURE, customer_id=CUSTOMER))
        assert talk.server.asked == asked
