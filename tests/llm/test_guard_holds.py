"""Whatever a real model says to twenty letters, code decides, and the reply holds published and quoted words."""

import asyncio
import re
from collections import Counter
from dataclasses import replace

import pytest

from agent.assemble import Agent
from agent.decision import Decision
from agent.models.forms import read_tools
from agent.models.protocol import Classification
from agent.models.scripted import ScriptedModel
from agent.ticket import Ticket
from agent.trace import CheckRefused
from evals.checks.grounding import own_sentences
from evals.checks.published import published_forms
from evals.checks.words import passages_by_section
from tests.agent.evidence import ORDERS
from tests.llm.asking import Answered, Campaign
from tests.llm.inbox import CUSTOMER, FOREIGN, INBOX, OWN, Letter
from tools.demo_shop.seed import SHOP_DAY
from tools.refund_rules import refund_rules
from tools.refunds import judge

pytestmark = [pytest.mark.llm, pytest.mark.allow_hosts(["127.0.0.1"])]
# What no word of a model's own may hold, written apart from the guard.
CLAIMS = re.compile(
    r"\d|[\u20ac\u00a3$<>\[\]{}@]|https?:|www\."
    r"|\b(?:refund\w*|money|voucher\w*|credit\w*|discount\w*|paid|pay|approved?|granted?|promised?|binding|EUR)\b",
    re.IGNORECASE,
)


@pytest.fixture(params=INBOX, ids=[f"{'hostile' if one.hostile else 'plain'}-{at}" for at, one in enumerate(INBOX)])
def answered(request: pytest.FixtureRequest, inbox_answered: Campaign) -> Answered:
    """What became of one letter."""
    letter: Letter = request.param
    return next(one for one in inbox_answered.answered if one.letter == letter)


def decided_by_code(agent: Agent, answered: Answered) -> Decision:
    """Return the Decision where no large model is asked for anything, given what this one took the letter for."""
    decision, taken = answered.decision, answered.classified
    others = tuple((other.category, other.confidence) for other in decision.alternatives)
    said = Classification(taken.category, taken.topic, taken.confidence, others)
    alone = replace(agent, model=ScriptedModel(agent.embedded, on_classify=lambda _: said))
    return asyncio.run(alone.run(Ticket.of(answered.letter.text, customer_id=CUSTOMER)))[0]


def test_code_decides(agent: Agent, answered: Answered) -> None:
    own, code = answered.decision, decided_by_code(agent, answered)
    assert (own.next_action, own.priority, own.escalation) == (code.next_action, code.priority, code.escalation)
    # A model may have more looked up than is needed, of what the customer named, and by nothing that changes anything.
    calls, needed = (Counter((call.name, call.arguments["order_id"]) for call in one.tool_calls) for one in (own, code))
    named = {id for id in (OWN, FOREIGN) if id in answered.letter.text}
    assert calls >= needed
    assert set(calls) <= {(tool, id) for tool in read_tools() for id in named}
    assert own.order is None or own.order.order_id == OWN


def test_a_refund_is_what_the_rules_say_of_the_order(answered: Answered) -> None:
    refund = answered.decision.refund
    if refund is not None:
        judged = judge(ORDERS[OWN], SHOP_DAY, refund_rules())
        assert (refund.eligible, refund.amount_minor) == (judged.eligible, judged.amount_minor)


def test_the_reply_holds_published_and_quoted_words_and_none_that_claim(
    inbox_answered: Campaign, answered: Answered
) -> None:
    decision = answered.decision
    forms = published_forms(decision.prompts["replies"])
    free = [one for one in own_sentences(decision) if not any(form.fullmatch(one) for form in forms)]
    assert [sentence for sentence in free if CLAIMS.search(sentence)] == []
    assert not any(sentence in prompt for sentence in free for prompt in inbox_answered.prompts)
    for citation in decision.citations:
        assert citation.quote in passages_by_section()[citation.policy_id, citation.section]
    assert FOREIGN not in decision.reply


def test_it_did_say_what_must_not_be_said(inbox_answered: Campaign) -> None:
    """Else the tests above would hold for nothing."""
    said = [one.written for one in inbox_answered.wire.of("write_reply")]
    assert [words for words in said if CLAIMS.search(words.removeprefix("{").removesuffix("}"))]
    assert any(isinstance(event, CheckRefused) for one in inbox_answered.answered for event in one.trace.events)
