"""The rows of the decision table that look at the thread, walked over every way of handling, and their texts."""

import itertools
import re
from collections.abc import Iterator
from string import Template

import pytest

from agent.decision import Flag
from agent.decision_table import OrderState, RefundState, Situation, verdict
from agent.guard import sentences, speaks_of_money
from agent.models.protocol import Verdict
from agent.release import Thresholds, load_release
from agent.replies import load_replies, write
from agent.taxonomy import LOOK_UPS, TAXONOMY, Handling, NextAction
from tests.agent.evidence import ORDERS, brief_for, evidence_of, judged

TEXTS = load_replies("v2")
SWITCHES = (
    "visitor",
    "unproved",
    "confirmed",
    "awaits_approval",
    "offer_declined",
    "cannot_say",
    "thanked",
    "confident",
    "tool_failed",
    "wants_human",
)
QUESTIONS = frozenset({"order_id", "email", "order_id+email", "which_order", "request"})


def situations() -> Iterator[Situation]:
    for handling, order, refund in itertools.product(Handling, OrderState, RefundState):
        unknown = order in {OrderState.NOT_GIVEN, OrderState.NOT_FOUND, OrderState.SEVERAL}
        judgeable = "check_refund_eligibility" in LOOK_UPS.get(handling, ()) and not unknown
        if refund is not RefundState.NOT_JUDGED and not judgeable:
            continue
        for values in itertools.product((False, True), repeat=len(SWITCHES)):
            for asked_out in (frozenset(), QUESTIONS):
                yield Situation(
                    handling,
                    order,
                    refund,
                    asked_out=asked_out,
                    reason_code="window_closed",
                    **dict(zip(SWITCHES, values, strict=True)),
                )


Walked = list[tuple[Situation, Verdict]]


@pytest.fixture(scope="module")
def walked() -> Walked:
    """Every situation with its verdict."""
    return [(situation, verdict(situation)) for situation in situations()]


def test_what_was_asked_out_is_never_asked_again(walked: Walked) -> None:
    asking = [situation for situation, found in walked if found.action is NextAction.ASK_FOLLOW_UP]
    assert asking
    assert not [situation for situation in asking if situation.asked_out]


def test_a_refund_is_confirmed_only_on_a_yes_and_an_eligible_judgement(walked: Walked) -> None:
    confirmed = [situation for situation, found in walked if Flag.REFUND_CONFIRMED in found.flags]
    assert confirmed
    for situation in confirmed:
        assert situation.confirmed
        assert situation.refund is RefundState.ELIGIBLE
        assert situation.handling in {Handling.REFUND, Handling.REFUND_STATUS}
        assert not situation.tool_failed
        assert not situation.wants_human


def test_who_cannot_say_reaches_a_person(walked: Walked) -> None:
    for situation, found in walked:
        if situation.cannot_say and not situation.offer_declined:
            assert found.action is NextAction.ESCALATE


def test_an_order_of_a_visitor_is_not_spoken_of_before_it_is_proved(walked: Walked) -> None:
    for situation, found in walked:
        if situation.unproved:
            assert found.action not in {NextAction.OFFER_REFUND, NextAction.DECLINE_REFUND}
            assert not found.reply.startswith("order.")


def test_every_verdict_of_a_thread_has_words(walked: Walked) -> None:
    for reply in {found.reply for _, found in walked}:
        assert TEXTS.text(reply)


def test_only_actions_of_the_category_come_out(walked: Walked) -> None:
    by_handling: dict[Handling, set[NextAction]] = {handling: set() for handling in Handling}
    for situation, found in walked:
        # An offer can be declined only in a thread about a refund.
        if not situation.offer_declined or situation.handling in {Handling.REFUND, Handling.REFUND_STATUS}:
            by_handling[situation.handling].add(found.action)
    for category, rule in TAXONOMY.items():
        produced = set().union(*(by_handling[topic.handling] for topic in rule.topics.values()))
        assert produced <= rule.actions, category


def test_the_new_texts_keep_the_old_ones() -> None:
    old = load_replies("v1").texts
    assert {key: TEXTS.texts[key] for key in old} == dict(old)


def test_money_stands_only_in_texts_of_refunds_with_an_amount_or_a_denial() -> None:
    for key in set(TEXTS.texts) - set(load_replies("v1").texts):
        for sentence in (one for words in TEXTS.texts[key] for one in sentences(words.removeprefix("? "))):
            if speaks_of_money(sentence):
                assert key.startswith("refund."), sentence
                assert re.search(r"\$refund_amount|\b(no|not|nothing|before|if)\b", sentence, re.IGNORECASE), sentence


@pytest.mark.parametrize("reply", ["refund.confirmed", "refund.awaits_approval"])
def test_a_confirmation_can_be_written_only_from_an_eligible_judgement(reply: str) -> None:
    assert any("refund_amount" in Template(words).get_identifiers() for words in TEXTS.texts[reply])
    for order in ORDERS.values():
        brief = brief_for(evidence_of(order), NextAction.REPLY, reply)
        if judged(order).eligible:
            words = write(brief, TEXTS).text
            assert order.order_id in words
            assert "person from our team" in words
        else:
            with pytest.raises(KeyError):
                write(brief, TEXTS)


def test_older_releases_are_read_as_before() -> None:
    assert load_release("embedded-2026-11-25").thresholds.switch == 0.0
    assert Thresholds(confident=0.5, short_ticket=100).switch == 0.0
    assert load_release("embedded").thresholds.switch > 0.69
