"""A real model answers all three prompts through the real code: SmolLM2-135M behind llama.cpp's server.

What it did that the scripted server did not do before:
- `response_format` of the kind `json_schema` is answered with 500, not 400: that way is not offered all the same.
- A forced call always ends with "tool_calls", even one that was cut off in the middle by the limit of tokens.
- `max_completion_tokens` is heard without complaint and ignored; only `max_tokens` bounds an answer.
- Its grammars let line breaks stand within a text as they are, which strict JSON forbids.
- Streams never tell their usage. A stream begins with 200 before the prompt was looked at, so a prompt that is too long
  for the model comes back as 400 where the answer is whole, and as a stream without any event where it is streamed.
- One request is answered at a time, even a list of models waits for it; a whole answer is written to its end though
  nobody waits for it any more. After a deadline that ran out, the next tickets wait for what the last one left behind.
- By default a second request cuts off the stream of the first; `make llm` switches that off.
- The same prompt at temperature 0 gets other words once a part of it is read from memory.
- Asked for a text with blanks, this model seldom places one, and says in its own words what it was told not to say.
"""

import json
from pathlib import Path

import pytest

from agent.assemble import Agent
from agent.deadline import Deadline
from agent.decision import Flag
from agent.models.chat import ChatFailed, Dialect, Fault, Question, Way
from agent.models.forms import FORMS, read_tools, reads
from agent.models.protocol import Classification, Reading
from agent.models.spending import Spending
from agent.ticket import Ticket
from agent.trace import Act, ModelCalled
from tests.llm.asking import DEADLINE_S, Campaign, asking
from tests.llm.inbox import CUSTOMER, OWN, PLAIN

pytestmark = [pytest.mark.llm, pytest.mark.allow_hosts(["127.0.0.1"])]
ACTS: tuple[Act, ...] = ("classify", "choose_lookups", "write_reply")
CONTEXT = 4096  # tokens; see model_server.py
LONG = "a sentence of so many words that no answer of eight tokens holds it, whatever the words are"


def say(word: str, **fields: object) -> Question:
    """Return a question with one possible answer."""
    schema = {
        "type": "object",
        "properties": {"word": {"type": "string", "enum": [word]}},
        "required": ["word"],
        "additionalProperties": False,
    }
    known = {"name": "say", "stable": "You answer with JSON.", "asked": "Which colour has the sky?", "schema": schema}
    return Question(**{"most_tokens": 64, **known, **fields})  # type: ignore[arg-type]


def test_the_servers_ways_are_found_out(inbox_answered: Campaign) -> None:
    assert inbox_answered.dialect == Dialect(way=Way.TOOL, limit="max_tokens", temperature=True)
    refused, heeded = [one for one in inbox_answered.wire.exchanges if one.asked.get("max_tokens") == 24]
    assert (refused.asked["response_format"]["type"], refused.status) == ("json_schema", 500)
    assert json.loads(heeded.written) == {"word": "kept"}
    assert inbox_answered.model == "smollm2-135m-instruct"


@pytest.mark.parametrize("act", ACTS)
def test_the_real_model_completes_each_act(inbox_answered: Campaign, act: Act) -> None:
    completed = [call for one in inbox_answered.answered if (call := one.completed(act))]
    assert completed, [one.failure(act) for one in inbox_answered.answered]
    assert {call.model for call in completed} == {inbox_answered.model}


@pytest.mark.parametrize("act", ACTS)
def test_what_it_writes_is_of_the_schema_and_its_closed_sets(inbox_answered: Campaign, act: Act) -> None:
    whole = [one.written for one in inbox_answered.wire.of(act) if one.written.endswith("}")]
    assert len(whole) >= 0.8 * len(inbox_answered.wire.of(act)) > 0  # the rest was cut off by the limit
    for written in whole:
        reads(FORMS[act], act)(written)


def test_a_reply_comes_as_a_stream_and_nothing_else_does(inbox_answered: Campaign) -> None:
    for act in ACTS:
        assert {one.asked["stream"] for one in inbox_answered.wire.of(act)} == {act == "write_reply"}
    streams = inbox_answered.wire.of("write_reply")
    assert all(len(one.bodies) > 2 for one in streams)
    assert all(one.asked["stream_options"] == {"include_usage": True} and not one.usage for one in streams)


def test_tokens_are_those_that_the_server_counted(inbox_answered: Campaign) -> None:
    told = [used for one in inbox_answered.wire.exchanges for used in one.usage]
    usages = [one.decision.usage for one in inbox_answered.answered]
    # The question that finds out the ways was asked before the first letter.
    assert sum(usage.input_tokens for usage in usages) == sum(one["prompt_tokens"] for one in told[1:])
    assert sum(usage.output_tokens for usage in usages) == sum(one["completion_tokens"] for one in told[1:])
    assert all(usage.input_tokens > 0 and usage.output_tokens > 0 for usage in usages)


def test_what_was_streamed_is_uncounted_and_has_no_known_cost(inbox_answered: Campaign) -> None:
    for one in inbox_answered.answered:
        called = [event for event in one.trace.events if isinstance(event, ModelCalled) and event.calls]
        assert {event.act: event.uncounted for event in called if event.uncounted} == {"write_reply": called[-1].calls}
        assert one.decision.usage.cost_usd is None


def test_prompts_and_answers_fit_into_the_model(inbox_answered: Campaign) -> None:
    counted = [(used["prompt_tokens"], one) for one in inbox_answered.wire.exchanges for used in one.usage]
    assert max(tokens + one.asked["max_tokens"] for tokens, one in counted) <= CONTEXT
    assert {one.status for act in ACTS for one in inbox_answered.wire.of(act)} == {200}


async def test_it_chooses_look_ups_that_are_allowed(agent: Agent, free_server: str, tmp_path: Path) -> None:
    """It is often wrong, so it is asked until it is right."""
    tools: list[str] = []
    async with asking(agent, free_server, tmp_path) as talk:
        await talk.found_out()
        for text in (one for one in PLAIN if OWN in one):
            reading = Reading(Ticket.of(text, customer_id=CUSTOMER), "en", (OWN,), ())
            label = Classification("refund_request", "claim", 0.9, ())
            spending = Spending(Deadline.after(DEADLINE_S))
            chosen = await talk.chosen.model.choose_lookups(reading, label, spending)
            if {one.order_id for one in chosen} == {OWN}:
                tools = [one.tool for one in chosen]
                break
    assert tools
    assert set(tools) <= set(read_tools())


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize("way", [Way.TOOL, Way.JSON_OBJECT])
async def test_the_ways_that_it_offers(
    agent: Agent, free_server: str, tmp_path: Path, way: Way, streamed: bool
) -> None:
    async with asking(agent, free_server, tmp_path) as talk:
        answered = await talk.server.line.ask(say("kept", streamed=streamed), Dialect(way=way), talk.server.name)
    assert json.loads(answered.content) == {"word": "kept"}
    assert (answered.tokens is None) is streamed


async def test_the_way_that_it_does_not_offer(agent: Agent, free_server: str, tmp_path: Path) -> None:
    async with asking(agent, free_server, tmp_path) as talk:
        with pytest.raises(ChatFailed, match=Fault.BROKEN):
            await talk.server.line.ask(say("kept"), Dialect(way=Way.JSON_SCHEMA), talk.server.name)


async def test_only_max_tokens_bounds_an_answer(agent: Agent, free_server: str, tmp_path: Path) -> None:
    async with asking(agent, free_server, tmp_path) as talk:
        line, question = talk.server.line, say(LONG, most_tokens=8)
        unbounded = await line.ask(question, Dialect(Way.TOOL, "max_completion_tokens"), talk.server.name)
        assert json.loads(unbounded.content) == {"word": LONG}
        bounded = await line.ask(question, Dialect(Way.TOOL, "max_tokens"), talk.server.name)
        assert [one.usage[0]["completion_tokens"] for one in talk.wire.of("say")][1] == 8
        # Cut off, and said to be complete: what is no whole JSON is refused where it is read.
        assert talk.wire.of("say")[1].bodies[0]["choices"][0]["finish_reason"] == "tool_calls"
        with pytest.raises(ValueError, match="JSON"):
            reads(FORMS["write_reply"], "write_reply")(bounded.content)


async def test_a_letter_that_is_too_long_for_the_model_costs_no_other_its_answer(
    agent: Agent, free_server: str, tmp_path: Path
) -> None:
    async with asking(agent, free_server, tmp_path) as talk:
        dialect = await talk.found_out()
        decision, _ = await talk.agent.run(Ticket.of("\u8ba2\u5355\u6ca1\u6709\u5230" * 1000, customer_id=CUSTOMER))
        assert Flag.MODEL_UNAVAILABLE in decision.flags
        assert [one.status for one in talk.wire.of("classify")] == [400]
        assert [one.bodies for one in talk.wire.of("write_reply") if one.status == 200] == [[], []]
        assert talk.server.dialects.known(talk.server.name) == dialect
        assert talk.server.breaker.state == "closed"
