"""The published texts: typed blanks, no claim without its evidence, money only where a judgement stands behind it."""

import re
from string import Template

import pytest

from agent.guard import sentences, speaks_of_money
from agent.language import SPOKEN
from agent.replies import load_replies, write
from agent.taxonomy import NextAction
from tests.agent.evidence import ORDERS, brief_for, evidence_of, judged

TEXTS = load_replies("v1")
MONEY = re.compile(r"\$(refund_amount|refunded_amount)")
# What a sentence about money may say without an amount: that something is not, not yet, or on which condition.
DENIALS = re.compile(r"\b(not|nothing|no|yet|if|can't|already)\b", re.IGNORECASE)
FOREIGN = re.compile(r"\.language\.[a-z]{2}$")


@pytest.mark.parametrize("key", TEXTS.texts)
def test_only_refund_texts_speak_of_money_and_only_with_an_amount_or_a_denial(key: str) -> None:
    for paragraph in TEXTS.texts[key]:
        for sentence in sentences(paragraph.removeprefix("? ")):
            if not speaks_of_money(sentence) or key in {"ask.request", "refuse"}:
                continue  # these two name topics
            assert key.startswith("refund.") or key == "handover.refund_not_found", sentence
            assert MONEY.search(sentence) or DENIALS.search(sentence), sentence


def test_the_amount_of_an_offer_stands_only_in_offers() -> None:
    for key, paragraphs in TEXTS.texts.items():
        if any("refund_amount" in Template(words).get_identifiers() for words in paragraphs):
            assert key.startswith("refund.offer")


def test_an_offer_for_an_order_that_is_not_eligible_can_not_be_written() -> None:
    for order in ORDERS.values():
        if not judged(order).eligible:
            with pytest.raises(KeyError):
                write(brief_for(evidence_of(order), NextAction.OFFER_REFUND, "refund.offer"), TEXTS)


def test_an_offer_names_its_order_amount_and_rule() -> None:
    for order in ORDERS.values():
        judgement = judged(order)
        if judgement.eligible:
            words = write(brief_for(evidence_of(order), NextAction.OFFER_REFUND, "refund.offer"), TEXTS).text
            assert order.order_id in words
            assert judgement.rule_id in words
            assert re.search(rf"\b\d[\d.]* {order.currency}\b", words)


def test_a_more_general_text_stands_in_for_one_that_is_missing() -> None:
    assert TEXTS.text("refund.decline.nothing_paid.en") == TEXTS.texts["refund.decline"]
    with pytest.raises(KeyError):
        TEXTS.text("nonsense")


def test_languages_that_the_desk_does_not_speak_get_a_hand_over_in_them() -> None:
    foreign = {key[-2:] for key in TEXTS.texts if FOREIGN.search(key)}
    assert {"de", "fr", "es", "it"} <= foreign
    assert SPOKEN not in foreign
