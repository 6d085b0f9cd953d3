"""What holds of every Decision, whatever the ticket: on the sample inbox, on any text, and on generated tickets."""

import asyncio
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent.assemble import Agent
from agent.decision import SCHEMA_FILE, Decision
from agent.taxonomy import TAXONOMY, NextAction
from agent.ticket import EmptyTicketError, Ticket
from tests.journeys.strategies import generated_tickets
from tests.tools.refund_oracle import refundable_minor
from tools.demo_shop.seed import SHOP_DAY, seeded_orders

VALIDATOR = jsonschema.Draft202012Validator(json.loads(SCHEMA_FILE.read_text(encoding="utf-8")))
ORDERS = {order.order_id: order for order in seeded_orders()}
INBOX = Path(__file__).parents[2] / "service" / "demo_inbox.jsonl"
ANYTHING = st.text(alphabet=st.characters(min_codepoint=0, max_codepoint=0x10FFFF), max_size=400)


def decide(agent: Agent, ticket: Ticket) -> Decision:
    decision, trace = asyncio.run(agent.run(ticket))
    assert trace.trace_id == decision.trace_id
    return decision


def validate(decision: Decision) -> None:
    """Hold what is true of every Decision."""
    VALIDATOR.validate(json.loads(decision.model_dump_json()))
    assert decision.next_action in TAXONOMY[decision.category].actions
    assert (decision.escalation is not None) is (decision.next_action is NextAction.ESCALATE)
    assert (decision.follow_up is not None) is (decision.next_action is NextAction.ASK_FOLLOW_UP)
    calls = {call.id: call for call in decision.tool_calls}
    assert len(calls) == len(decision.tool_calls)
    if decision.refund is not None:
        assert calls[decision.refund.evidence_id].name == "check_refund_eligibility"
    if decision.next_action is NextAction.OFFER_REFUND:
        assert decision.refund is not None
        assert decision.refund.eligible
        assert decision.refund.amount_minor > 0
    for citation in decision.citations:
        assert citation.quote in decision.reply


def test_the_sample_inbox(agent: Agent) -> None:
    rows = [json.loads(line) for line in INBOX.read_text(encoding="utf-8").splitlines()]
    assert len(rows) >= 36
    for category in TAXONOMY:
        assert sum(row["category"] == category for row in rows) >= 3, category
    for row in rows:
        ticket = Ticket.of(row["text"], customer_id=row.get("customer_id"), order_id=row.get("order_id"))
        decision = decide(agent, ticket)
        validate(decision)
        assert "check_failed" not in decision.flags


@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=ANYTHING, ids=st.one_of(st.none(), ANYTHING), metadata=st.dictionaries(ANYTHING, ANYTHING, max_size=5))
def test_any_text_and_metadata(agent: Agent, text: str, ids: str | None, metadata: dict[str, str]) -> None:
    try:
        ticket = Ticket.of(text, customer_id=ids, order_id=ids, metadata=metadata)
    except EmptyTicketError:
        return
    validate(decide(agent, ticket))


@pytest.mark.parametrize(
    ("length", "truncated"), [(20, False), (600, False), (2000, True), (20_000, True), (60_000, True)]
)
def test_any_length(agent: Agent, length: int, truncated: bool) -> None:
    decision = decide(agent, Ticket.of(("My parcel A-10104 is late and I would like to know why. " * 2000)[:length]))
    validate(decision)
    assert ("truncated" in decision.flags) is truncated


@pytest.mark.slow
def test_a_thousand_generated_tickets(agent: Agent) -> None:
    offers = 0
    for ticket in generated_tickets(1000, seed=20261124):
        decision = decide(agent, ticket)
        validate(decision)
        assert "check_failed" not in decision.flags, (ticket.text, decision)
        if decision.order is not None:
            order = ORDERS[decision.order.order_id]
            assert order.customer_id == ticket.customer_id
        if decision.refund is not None:
            assert decision.order is not None
            order = ORDERS[decision.order.order_id]
            assert decision.refund.amount_minor == refundable_minor(order, SHOP_DAY)
            assert decision.refund.eligible is (refundable_minor(order, SHOP_DAY) > 0)
            assert decision.refund.currency == order.currency
        offers += decision.next_action is NextAction.OFFER_REFUND
        for order_id, order in ORDERS.items():
            if order_id in decision.reply:
                assert order.customer_id == ticket.customer_id
    assert offers >= 50, "too few offers to show anything"


def test_the_same_ticket_twice(agent: Agent) -> None:
    def without_times(decision: Decision) -> dict[str, Any]:
        fields = decision.model_dump(mode="json", exclude={"latency_ms", "trace_id"})
        for call in fields["tool_calls"]:
            del call["duration_ms"]
        return fields

    for ticket in generated_tickets(60, seed=7):
        assert without_times(decide(agent, ticket)) == without_times(decide(agent, ticket))


def test_unknown_foreign_and_malformed_orders_are_answered_alike(agent: Agent) -> None:
    asked = "I want a refund for my order {}."
    replies = set()
    for customer_id, order_id in [
        ("C-1001", "A-10235"),
        ("C-1001", "A-99999"),
        ("C-1001", "A-12"),
        ("C-9999", "A-10234"),
        (None, "A-10234"),
    ]:
        decision = decide(agent, Ticket.of(asked.format(order_id), customer_id=customer_id))
        assert decision.next_action is NextAction.ASK_FOLLOW_UP
        assert (decision.order, decision.refund) == (None, None)
        assert [call.outcome for call in decision.tool_calls] == ["not_found"]
        replies.add(decision.reply)
    assert len(replies) == 1


CLAIMS = (
    "I want my money back for {}.",
    "refund {}",
    "Please refund order {}.",
    "money back {} please",
    "is {} eligible for a refund?",
    "Requesting refund - {}",
    "I would like a refund for order {}, it does not fit.",
    "{}: give me my money back",
)


@pytest.mark.parametrize("claim", CLAIMS)
def test_every_plain_claim_is_judged_and_decided_as_the_oracle_says(agent: Agent, claim: str) -> None:
    for order in list(ORDERS.values())[::9]:
        decision = decide(agent, Ticket.of(claim.format(order.order_id), customer_id=order.customer_id))
        due = refundable_minor(order, SHOP_DAY)
        assert decision.refund is not None, order.order_id
        assert decision.refund.amount_minor == due
        assert (decision.next_action is NextAction.OFFER_REFUND) is (due > 0)


SEVERAL = [
    ("refund A-10102 please", "A-10119", {"A-10119"}),
    ("refund A-10119 and A-10102", None, {"A-10119"}),
    ("refund A-10001, A-10002, A-10003 and A-10119", None, {"A-10119"}),
]


@pytest.mark.parametrize(("text", "order_id", "own"), SEVERAL)
def test_no_refund_is_offered_for_an_order_that_was_not_meant(
    agent: Agent, text: str, order_id: str | None, own: set[str]
) -> None:
    (owner,) = {ORDERS[one].customer_id for one in own}
    decision = decide(agent, Ticket.of(text, customer_id=owner, order_id=order_id))
    assert decision.next_action is NextAction.ASK_FOLLOW_UP
    assert decision.refund is None
