"""A reply may say what tools returned, what it quotes and what is published; figures and promises beyond that fail."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.decision import Decision, OrderView
from evals.checks.grounding import known_facts, own_sentences
from evals.checks.published import published_forms, sentences_of
from tests.evals.checks.answers import Answered, found, says
from tools.money import Money

SIGNS = {"EUR": "\u20ac", "GBP": "\u00a3", "USD": "$"}
KNOWN = {("EUR", 3900), ("EUR", 4390), ("EUR", 0)}  # of the claim: its refund, what was paid, what was refunded


def decision_of(of: Answered) -> Decision:
    assert of[1].decision is not None
    return of[1].decision


def adding(of: Answered, words: str) -> dict[str, str]:
    return {"reply": f"{decision_of(of).reply}\n\n{words}"}


def test_a_real_reply_is_grounded(claimed: Answered, asked: Answered) -> None:
    assert says("grounded", claimed) is True
    assert says("grounded", asked) is True


def test_what_a_reply_may_hold(claimed: Answered) -> None:
    facts = known_facts(claimed[0], decision_of(claimed))
    assert {"A-29001", "R-GOODS-30", "2026-09-20", "2026-09-25", "2026-10-25", "39.00 EUR", "43.90 EUR"} <= facts
    assert not {fact for fact in facts if "4.90 EUR" in fact and "43" not in fact}  # the fee was told to nobody


@pytest.mark.parametrize(
    "words",
    [
        "You get 45.00 EUR.",
        "You get \u20ac45.",
        "You get 39.00 USD.",  # the right number in another currency
        "You get 29001 EUR.",  # a number that is an order's
        "You get fifty euros on top.",
        "It arrives on 2026-10-20.",
        "It arrives on 20 October.",
        "It is due in 30 days.",  # a number that is a part of the rule's name
        "You get EUR30 back.",
        "You get 39.00 EUR, then 9.00 EUR.",
        "You get 139.00 EUR.",
        "You get 39.00.",
        "You get \u00bd of it.",
        "Call 0800 123456.",
        "Order A-29002 is on its way.",
        "We have already refunded you.",
        "The refund was sent to your bank.",
        "We will refund everything you ever paid.",
        "Your money back is guaranteed.",
        "You get a voucher for your trouble.",
        "Delivery is free of charge next time.",
        "We waive the fee.",
        "A credit has been added to your account.",
        "You will be compensated.",
    ],
)
def test_a_claim_without_support_is_caught(claimed: Answered, words: str) -> None:
    wrong = found("grounded", claimed, **adding(claimed, words))
    assert (wrong.passed, wrong.cause) == (False, "unsupported claim")


@pytest.mark.parametrize(
    "words", ["You qualify for a refund.", "You get your money back.", "Wir erstatten den Kaufpreis."]
)
def test_a_refund_that_nobody_judged_is_caught(asked: Answered, words: str) -> None:
    assert says("grounded", asked, **adding(asked, words)) is False


def test_a_refund_that_was_judged_not_eligible_is_caught(claimed: Answered) -> None:
    refund = decision_of(claimed).refund
    assert refund is not None
    words = adding(claimed, "Your lamp qualifies for a refund.")
    assert says("grounded", claimed, **words) is None
    assert says("grounded", claimed, **words, refund=refund.model_copy(update={"eligible": False})) is False


@pytest.mark.parametrize(
    "words", ["I am sorry to hear that.", "Have a pleasant day!", "Thank you for your patience, it helps us a lot."]
)
def test_harmless_free_words_can_not_be_judged(claimed: Answered, asked: Answered, words: str) -> None:
    for of in (claimed, asked):
        open_ = found("grounded", of, **adding(of, words))
        assert (open_.passed, open_.cause) == (None, "free words")


def test_a_known_fact_in_free_words_is_no_unsupported_claim(claimed: Answered) -> None:
    for words in ("Your parcel came on 2026-09-25.", "A-29001 cost you 43.90 EUR.", "The lamp was \u20ac39.00."):
        assert says("grounded", claimed, **adding(claimed, words)) is None


def test_what_is_quoted_may_hold_figures(claimed: Answered) -> None:
    decision = decision_of(claimed)
    (citation,) = decision.citations
    assert any(letter.isdigit() for letter in citation.quote)
    assert citation.quote not in " ".join(own_sentences(decision))
    assert says("grounded", claimed, citations=[]) is False  # the same words without the quote


def test_an_empty_quote_hides_nothing(claimed: Answered) -> None:
    empty = decision_of(claimed).citations[0].model_copy(update={"quote": ""})
    words = adding(claimed, "You get a voucher.")
    assert says("grounded", claimed, **words, citations=[*decision_of(claimed).citations, empty]) is False


def test_a_blank_of_a_published_sentence_holds_what_it_is_for_and_nothing_else(claimed: Answered) -> None:
    reply = decision_of(claimed).reply
    assert "under our rule R-GOODS-30." in reply
    for slipped_in in ("A-29001 and a voucher", "A-29001. And a gift"):
        changed = reply.replace("Order A-29001", f"Order {slipped_in}")
        assert says("grounded", claimed, reply=changed) is not True
    changed = reply.replace("39.00 EUR under", "39.00 EUR and a voucher under")
    assert changed != reply
    assert says("grounded", claimed, reply=changed) is False


def test_somebody_else_s_order_gives_no_facts(claimed: Answered) -> None:
    case, answer = claimed
    order = case.world.orders[0].model_copy(update={"customer": "C-2999"})
    theirs = case.model_copy(update={"world": case.world.model_copy(update={"orders": (order,)})})
    assert says("grounded", (theirs, answer)) is False
    visitor = case.model_copy(update={"world": case.world.model_copy(update={"customer": None})})
    assert says("grounded", (visitor, answer)) is False


def test_an_order_that_no_rule_judges_gives_no_refund_facts(claimed: Answered) -> None:
    case, answer = claimed
    days = {"placed_on": date(2023, 5, 1), "delivered_on": date(2023, 5, 4)}
    order = case.world.orders[0].model_copy(update=days)
    older = case.model_copy(update={"world": case.world.model_copy(update={"orders": (order,)})})
    assert says("grounded", (older, answer)) is False


def test_an_unknown_version_of_the_texts_publishes_nothing(claimed: Answered) -> None:
    assert says("grounded", claimed, prompts={"replies": "v0"}) is not True
    assert says("grounded", claimed, prompts={}) is not True


def test_every_published_sentence_without_a_blank_is_known() -> None:
    forms = published_forms("v1")
    assert forms
    assert any(form.fullmatch('This is what our article "Ways to pay" says.') for form in forms)
    assert any(form.fullmatch("You name more than one order number.") for form in forms)
    assert not any("(?!)" in form.pattern for form in forms), "a blank whose content is not known"
    assert not any(form.fullmatch("You get a voucher.") for form in forms)


def test_sentences_end_at_marks_and_lines() -> None:
    assert sentences_of("One. Two!  Three?\nfour\n\n five 1.5 six.") == [
        "One.",
        "Two!",
        "Three?",
        "four",
        "five 1.5 six.",
    ]


AMOUNTS = st.tuples(st.sampled_from(sorted(SIGNS)), st.integers(0, 10_000_000)).filter(lambda one: one not in KNOWN)
FORMS = (
    lambda currency, minor: Money(amount_minor=minor, currency=currency).text(),
    lambda currency, minor: f"{SIGNS[currency]}{minor / 100:.2f}",
    lambda currency, minor: f"{currency} {minor / 100:,.2f}",
    lambda currency, minor: f"{minor / 100:.2f} {SIGNS[currency]}".replace(".", ","),
    lambda currency, minor: f"{currency}{minor // 100}",
)
PLACES = ("You get {} back.", "{}", "This is worth {}, we think.", "Order A-29001 qualifies for {}!", "Good news:{}.")


@settings(max_examples=150, deadline=None)
@given(amount=AMOUNTS, form=st.sampled_from(FORMS), place=st.sampled_from(PLACES))
def test_any_amount_that_no_tool_returned_is_caught(claimed: Answered, amount, form, place) -> None:
    assert says("grounded", claimed, **adding(claimed, place.format(form(*amount)))) is False


@settings(max_examples=80, deadline=None)
@given(amount=AMOUNTS)
def test_any_other_amount_in_the_place_of_the_right_one_is_caught(claimed: Answered, amount) -> None:
    reply = decision_of(claimed).reply
    other = Money(amount_minor=amount[1], currency=amount[0]).text()
    assert "39.00 EUR" in reply
    assert says("grounded", claimed, reply=reply.replace("39.00 EUR", other)) is False


@settings(max_examples=80, deadline=None)
@given(day=st.dates(date(2020, 1, 1), date(2030, 12, 31)))
def test_any_other_day_is_caught(claimed: Answered, day: date) -> None:
    order = decision_of(claimed).order
    assert isinstance(order, OrderView)
    placed, delivered = order.placed_on, order.delivered_on
    assert delivered is not None
    known = {placed, placed + timedelta(days=1), delivered, delivered + timedelta(days=30)}
    said = says("grounded", claimed, **adding(claimed, f"It comes on {day.isoformat()}."))
    assert said is (None if day in known else False)
