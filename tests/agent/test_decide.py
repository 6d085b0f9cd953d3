"""The decision table is walked whole: every situation has a verdict, and the taxonomy lists exactly what comes out."""

import itertools
from collections.abc import Iterator

from agent.replies import load_replies
from agent.steps.decide import OrderState, RefundState, Situation, verdict
from agent.taxonomy import LOOK_UPS, TAXONOMY, Handling, NextAction
from tools.refund_judgement import ReasonCode

SWITCHES = (
    "grounded",
    "confident",
    "short",
    "spoken",
    "wants_human",
    "legal_threat",
    "safety_risk",
    "self_harm",
    "tool_failed",
)


def situations(handling: Handling) -> Iterator[Situation]:
    looks_up = handling in LOOK_UPS
    orders = list(OrderState) if looks_up else [OrderState.NOT_GIVEN]
    for order, refund, refunded in itertools.product(orders, RefundState, (False, True)):
        judged = refund is not RefundState.NOT_JUDGED
        if judged and (
            handling is not Handling.REFUND or order in {OrderState.NOT_GIVEN, OrderState.NOT_FOUND, OrderState.SEVERAL}
        ):
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


def test_the_taxonomy_lists_exactly_what_the_table_can_produce() -> None:
    by_handling = {handling: {verdict(situation).action for situation in situations(handling)} for handling in Handling}
    for category, rule in TAXONOMY.items():
        produced = set().union(*(by_handling[topic.handling] for topic in rule.topics.values()))
        assert produced == rule.actions, category


def test_a_refund_is_offered_only_on_an_eligible_judgement() -> None:
    for handling in Handling:
        for situation in situations(handling):
            if verdict(situation).action is NextAction.OFFER_REFUND:
                assert situation.refund is RefundState.ELIGIBLE
                assert situation.handling is Handling.REFUND


def test_danger_comes_first_and_always_reaches_a_person() -> None:
    for handling in Handling:
        for situation in situations(handling):
            if situation.self_harm or situation.safety_risk or situation.wants_human or situation.legal_threat:
                assert verdict(situation).action is NextAction.ESCALATE


def test_an_unsure_category_asks_or_escalates() -> None:
    for handling in Handling:
        for situation in situations(handling):
            if not situation.confident:
                assert verdict(situation).action in {NextAction.ASK_FOLLOW_UP, NextAction.ESCALATE}


def test_every_verdict_has_words() -> None:
    texts = load_replies("v1")
    for handling in Handling:
        for situation in situations(handling):
            assert texts.text(verdict(situation).reply)
    for code in ReasonCode:
        assert texts.text(f"refund.decline.{code}")
