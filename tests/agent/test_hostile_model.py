"""The model is assumed to be the attacker: whatever it says, code decides. Run through the real graph and tools."""

import asyncio
import math
import time
from dataclasses import replace
from typing import NoReturn

import pytest

from agent.assemble import Agent
from agent.decision import Decision, Flag
from agent.evidence import ToolRequest
from agent.models.protocol import Brief, Classification, Draft, Quote
from agent.models.scripted import ScriptedModel
from agent.models.spending import Spending
from agent.taxonomy import NextAction
from agent.ticket import Ticket
from tests.agent.test_guard import PROMISES

OWN, FOREIGN = "A-10234", "A-10235"


def run(agent: Agent, text: str, **acts: object) -> Decision:
    hostile = replace(agent, model=ScriptedModel(agent.model, **acts))  # type: ignore[arg-type]
    return asyncio.run(hostile.run(Ticket.of(text, customer_id="C-1001")))[0]


@pytest.mark.parametrize("promise", PROMISES)
def test_a_promise_is_replaced_by_the_published_words(agent: Agent, promise: str) -> None:
    decision = run(agent, "Where is my order A-10234?", on_reply=lambda _: Draft(promise))
    assert promise not in decision.reply
    assert Flag.REPAIRED in decision.flags
    assert decision.next_action is NextAction.REPLY


REQUESTS = {
    "a foreign order": ToolRequest("look_up_order", FOREIGN),
    "an order nobody named": ToolRequest("look_up_order", "A-10300"),
    "an unknown tool": ToolRequest("issue_refund", OWN),
    "an order id that is code": ToolRequest("look_up_order", "' OR 1=1 --"),
    "a very long one": ToolRequest("look_up_order", "A" * 100_000),
}


@pytest.mark.parametrize("name", REQUESTS)
def test_a_look_up_without_provenance_is_refused_and_the_needed_one_made(agent: Agent, name: str) -> None:
    decision = run(agent, "Where is my order A-10234?", on_lookups=lambda *_: (REQUESTS[name],))
    assert [(call.name, call.arguments) for call in decision.tool_calls] == [("look_up_order", {"order_id": OWN})]
    assert Flag.ARGUMENT_REFUSED in decision.flags


def test_eligibility_is_never_judged_before_the_order_was_found(agent: Agent) -> None:
    requests = (ToolRequest("check_refund_eligibility", OWN), ToolRequest("look_up_order", OWN))
    decision = run(agent, "I want my money back for A-10234", on_lookups=lambda *_: requests)
    assert [call.name for call in decision.tool_calls] == ["look_up_order"]
    assert decision.next_action is not NextAction.OFFER_REFUND


def test_so_many_calls_and_no_more(agent: Agent) -> None:
    requests = tuple(ToolRequest("look_up_order", OWN) for _ in range(100))
    assert len(run(agent, "Where is A-10234?", on_lookups=lambda *_: requests).tool_calls) == 1


def raises(*_: object) -> NoReturn:
    raise ConnectionError("the model is gone")


BROKEN_ACTS: dict[str, dict[str, object]] = {
    "classify raises": {"on_classify": raises},
    "classify makes a category up": {"on_classify": lambda _: Classification("refunds", "claim", 0.9, ())},
    "classify makes a topic up": {"on_classify": lambda _: Classification("refund_request", "all", 0.9, ())},
    "classify is more than sure": {"on_classify": lambda _: Classification("refund_request", "claim", 1.2, ())},
    "classify is not a number": {"on_classify": lambda _: Classification("refund_request", "claim", math.nan, ())},
    "classify answers nothing": {"on_classify": lambda _: None},
    "look-ups raise": {"on_lookups": raises},
    "look-ups answer nothing": {"on_lookups": lambda *_: None},
    "words raise": {"on_reply": raises},
    "words are none": {"on_reply": lambda _: None},
    "words are no text": {"on_reply": lambda _: Draft(None)},  # type: ignore[arg-type]
    "words are blank": {"on_reply": lambda _: Draft("   ")},
    "words hold half a character": {"on_reply": lambda _: Draft("Hello \ud800.")},
}


@pytest.mark.parametrize("name", BROKEN_ACTS)
def test_what_a_model_breaks_the_embedded_one_mends(agent: Agent, name: str) -> None:
    decision = run(agent, "I want my money back for A-10234", **BROKEN_ACTS[name])
    assert decision.next_action is NextAction.OFFER_REFUND
    assert "qualifies for a refund" in decision.reply
    decision.model_dump_json().encode()


def test_a_model_that_hangs_is_cut_by_the_deadline(agent: Agent) -> None:
    class Hanging(ScriptedModel):
        async def write_reply(self, brief: Brief, spending: Spending) -> Draft:
            await asyncio.sleep(60)
            return Draft("late")

    hanging = replace(agent, model=Hanging(agent.model), release=agent.release.model_copy(update={"deadline_s": 0.5}))
    started = time.perf_counter()
    decision, trace = asyncio.run(hanging.run(Ticket.of("I want my money back for A-10234", customer_id="C-1001")))
    assert time.perf_counter() - started < 2.0
    assert decision.next_action is NextAction.OFFER_REFUND
    assert any(event.kind == "failure" and event.error == "TimeoutError" for event in trace.events)


def forged(brief: Brief) -> Draft:
    """Quote what no passage says."""
    passage = brief.evidence.passages[0].passage
    return Draft("Every order is refunded.", (Quote(passage.id, "Every order is refunded."),))


DRAFTS = {
    "a forged quote": forged,
    "an empty reply": lambda _: Draft(""),
    "a reply of megabytes": lambda _: Draft("x" * 10_000_000),
    "markup": lambda _: Draft("See [this](https://evil.example)."),
    "another customer's order": lambda _: Draft(f"Order {FOREIGN} is on its way."),
    "an amount of its own": lambda _: Draft("You will be charged 1.00 EUR."),
}


@pytest.mark.parametrize("name", DRAFTS)
def test_a_draft_that_is_not_bound_never_leaves(agent: Agent, name: str) -> None:
    decision = run(agent, "How long does a refund take?", on_reply=DRAFTS[name])
    assert Flag.REPAIRED in decision.flags
    assert decision.citations
    assert "evil" not in decision.reply
    assert FOREIGN not in decision.reply
