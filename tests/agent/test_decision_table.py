"""The decision table is walked whole: every situation has a verdict, and the taxonomy lists exactly what comes out."""

import itertools
from collections.abc import Iterator

import pytest

from agent.decision_table import OrderState, RefundState, Situation, verdict
from agent.models.protocol import Verdict
from agent.replies import load_replies
from agent.taxonomy import LOOK_UPS, TAXONOMY, Handling, NextAction, Priority
from tools.refund_judgement import ReasonCode

SWITCHES = (
    "grounded",
    "confident",
    "short",
    "spoken",
    "wants_human",
    "legal_threat",
    "refund_unwanted",
    "safety_risk",
    "self_harm",
    "threatens_violence",
    "partial",
    "tool_failed",
)


def situations(handling: Handling) -> Iterator[Situation]:
    looks_up = handling in LOOK_UPS
    orders = list(OrderState) if looks_up else [OrderState.NOT_GIVEN]
    for order, refund, refunded in itertools.product(orders, RefundState, (False, True)):
        judged = refund is not RefundState.NOT_JUDGED
        unknown = order in {OrderState.NOT_GIVEN, OrderState.NOT_FOUND, OrderState.SEVERAL}
        if judged and (unknown or "check_refund_eligibility" not in LOOK_UPS.get(handling, ())):
            continue
        for values in itertools.product((False, True), repeat=len(SWITCHES)):
            yield Situation(
                handling,
                order,
                refund,
                refunded,
                reason_code="window_closed",
                **dict(zip(SWITCHES, values, strict=True)),
            )


Walked = list[tuple[Situation, Verdict]]


@pytest.fixture(scope="module")
def walked() -> Walked:
    """Every situation with its verdict, looked up once for all tests."""
    return [(situation, verdict(situation)) for handling in Handling for situation in situations(handling)]


def test_the_taxonomy_lists_exactly_what_the_table_can_produce(walked: Walked) -> None:
    by_handling: dict[Handling, set[NextAction]] = {handling: set() for handling in Handling}
    for situation, found in walked:
        by_handling[situation.handling].add(found.action)
    for category, rule in TAXONOMY.items():
        produced = set().union(*(by_handling[topic.handling] for topic in rule.topics.values()))
        assert produced == rule.actions, category


def test_a_refund_is_offered_only_on_an_eligible_judgement(walked: Walked) -> None:
    offered = [situation for situation, found in walked if found.action is NextAction.OFFER_REFUND]
    assert offered
    for situation in offered:
        assert situation.refund is RefundState.ELIGIBLE
        assert situation.handling in {Handling.REFUND, Handling.REFUND_STATUS}


def test_a_refund_that_is_not_wanted_is_not_offered_to_who_seems_to_claim_one(walked: Walked) -> None:
    for situation, found in walked:
        if situation.refund_unwanted and situation.handling is Handling.REFUND:
            assert found.action in {NextAction.ASK_FOLLOW_UP, NextAction.ESCALATE}


def test_danger_comes_first_and_always_reaches_a_person(walked: Walked) -> None:
    for situation, found in walked:
        if situation.self_harm or situation.safety_risk or situation.wants_human or situation.legal_threat:
            assert found.action is NextAction.ESCALATE


def test_an_unsure_category_asks_or_escalates(walked: Walked) -> None:
    for situation, found in walked:
        if not situation.confident:
            assert found.action in {NextAction.ASK_FOLLOW_UP, NextAction.ESCALATE}


def test_every_verdict_has_words(walked: Walked) -> None:
    texts = load_replies("v1")
    for reply in {found.reply for _, found in walked}:
        assert texts.text(reply)
    for code in ReasonCode:
        assert texts.text(f"refund.decline.{code}")
        assert texts.text(f"return.closed.{code}")


def test_a_late_or_lost_order_is_never_only_normal() -> None:
    for handling in (Handling.ORDER_FACTS, Handling.ORDER_PROBLEM):
        for order in (OrderState.OVERDUE, OrderState.LOST):
            found = verdict(Situation(handling, order))
            assert (found.action, found.at_least) == (NextAction.ESCALATE, Priority.HIGH)
