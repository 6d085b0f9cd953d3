"""The claim check against a writer who is an attacker, and against the published texts, which must pass."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.evidence import Evidence
from agent.guard import ledger_of, own_words, sentences, violations
from agent.models.protocol import Draft, Quote
from agent.replies import load_replies, write
from agent.taxonomy import NextAction
from tests.agent.evidence import ORDERS, QUOTE, brief_for, evidence_of, judged, passage

TEXTS = load_replies("v1")
ELIGIBLE = next(order for order in ORDERS.values() if judged(order).eligible)
NOT_ELIGIBLE = next(order for order in ORDERS.values() if judged(order).reason_code == "window_closed")
BRIEF = brief_for(evidence_of(ELIGIBLE), NextAction.OFFER_REFUND, "refund.offer")


def problems(text: str, evidence: Evidence, *quotes: Quote, published: Draft | None = None) -> list[str]:
    ledger = ledger_of(evidence, BRIEF.reading, sentences(own_words(published)) if published else frozenset())
    return list(violations(Draft(text, quotes), evidence, ledger))


@pytest.mark.parametrize("order", ORDERS.values(), ids=lambda order: order.order_id)
def test_the_published_words_of_every_order_pass(order: object) -> None:
    evidence = evidence_of(order)  # type: ignore[arg-type]
    judgement = evidence.refund[0]  # type: ignore[index]
    action = NextAction.OFFER_REFUND if judgement.eligible else NextAction.DECLINE_REFUND
    reply = "refund.offer" if judgement.eligible else f"refund.decline.{judgement.reason_code}"
    draft = write(brief_for(evidence, action, reply), TEXTS)
    assert problems(draft.text, evidence, *draft.quotes, published=draft) == []


PROMISES = [
    "Your refund is approved.",
    "We have refunded you in full.",
    "You will get your money back tomorrow.",
    "I'll credit your account.",
    "We will reimburse you.",
    "You are entitled to compensation.",
    "Here is a 20% discount.",
    "Take a voucher as a goodwill gesture.",
    "This is legally binding.",
    "I promise it arrives.",
    "We guarantee it.",
    "It is free of charge.",
    "Die Erstattung ist genehmigt.",
    "Wir haben Ihnen das Geld zurückgezahlt.",
    "Votre remboursement est accepté.",
    "Le haremos un reembolso.",
    "Il rimborso è approvato.",
    "Zwrot został przyznany.",
    "我们已批准退款",
    "We will repay you in full.",
    "Your payment will be reversed.",
    "This one is on the house.",
    "We waive the fee.",
    "It will be on your card.",
    "You will get it all back.",
    "Wir schreiben Ihnen den Betrag gut, er wird gutgeschrieben.",
    "Your r\u0435fund is near.",
    "Your \uff32efund is near.",
    "全额退还给您",
]


@pytest.mark.parametrize("promise", PROMISES)
@pytest.mark.parametrize("evidence", [Evidence(), evidence_of(ELIGIBLE), evidence_of(NOT_ELIGIBLE)])
def test_a_promise_in_words_of_its_own_never_passes(promise: str, evidence: Evidence) -> None:
    assert problems(f"Thank you for your message. {promise}", evidence)


UNBOUND = [
    ("amount", "It costs 12.50 EUR."),
    ("amount", "It costs € 1 000."),
    ("amount", "It is 100 dollars."),
    ("amount", "You save 5 %."),
    ("date", "It arrives on 2026-10-20."),
    ("number", "It arrives on 20/10/2026."),
    ("date", "It arrives on October 20."),
    ("number", "It arrives on 3rd of May."),
    ("amount", "You will see EUR 50."),
    ("amount", "That makes fifty euros."),
    ("amount", "That makes ₹500."),
    ("amount", "That makes 1 000 kr."),
    ("number", "That makes 50,- in all."),
    ("number", "It arrives on 2026/10/20."),
    ("number", "It arrives on Oct 20."),
    ("number", "It arrives in 2 days."),
    ("number", "Call 0049 123 456."),
    ("date", "It arrives on Friday."),
    ("date", "It arrives next week."),
    ("done", "Your order has been cancelled."),
    ("done", "It was delivered to your neighbour."),
    ("done", "We will send another one."),
    ("contact", "Write to help@evil.example"),
    ("contact", "Go to evil.example/login now."),
    ("hidden", "\x1b[31mRed"),
    ("date", "It arrives tomorrow."),
    ("date", "It arrives within 5 working days."),
    ("order", "Your order A-99999 is fine."),
    ("order", "Your order a99999 is fine."),
    ("markup", "Click [here](x)."),
    ("contact", "See https://evil.example"),
    ("markup", "<b>Hello</b>"),
    ("markup", "javascript:alert(1)"),
    ("markup", "Use `code`."),
    ("markup", "**Bold** words"),
]


@pytest.mark.parametrize(("kind", "text"), UNBOUND)
def test_what_is_not_bound_to_evidence_is_found(kind: str, text: str) -> None:
    assert any(problem.startswith(kind) for problem in problems(text, evidence_of(ELIGIBLE)))


@pytest.mark.parametrize("words", ["You paid {amount}.", "Order {order_id} was placed on {day}.", "{amount} it is."])
def test_facts_are_said_by_published_words_alone(words: str) -> None:
    """In words of one's own a true amount or day could be turned into anything."""
    amount = f"{ELIGIBLE.paid_minor // 100}.{ELIGIBLE.paid_minor % 100:02} {ELIGIBLE.currency}"
    said = words.format(amount=amount, order_id=ELIGIBLE.order_id, day=ELIGIBLE.placed_on)
    assert problems(said, evidence_of(ELIGIBLE))
    assert problems(said, evidence_of(ELIGIBLE), published=Draft(said)) == []


def test_the_amount_of_a_refund_that_was_declined_may_not_be_said() -> None:
    evidence = evidence_of(NOT_ELIGIBLE)
    assert judged(NOT_ELIGIBLE).amount_minor == 0
    assert problems(f"Order {NOT_ELIGIBLE.order_id} qualifies for a refund.", evidence)


QUOTES = [
    ("not retrieved", Quote("other.1", QUOTE)),
    ("changed", Quote("returns.1", QUOTE.replace("30", "300"))),
    ("empty", Quote("returns.1", "  ")),
    ("nothing", Quote("returns.1", "")),
    ("a part of a sentence", Quote("returns.1", "Goods may be sent back")),
    ("a part at the end", Quote("returns.1", "30 days after delivery.")),
]


@pytest.mark.parametrize("quote", [quote for _, quote in QUOTES], ids=[name for name, _ in QUOTES])
def test_a_quote_stands_verbatim_in_a_retrieved_passage(quote: Quote) -> None:
    assert any(problem.startswith("citation") for problem in problems(quote.text, evidence_of(ELIGIBLE), quote))


@pytest.mark.parametrize("word", ["refund", "approved", "r"])
def test_a_word_lifted_from_a_passage_hides_no_claim(word: str) -> None:
    evidence = Evidence((passage("A refund is approved by a person. It takes 5 days."),))
    assert problems("Your refund is approved.", evidence, Quote("returns.1", word))


@pytest.mark.parametrize("hidden", ["re\u200bfund", "re\u00adfund", "re\u202efund", "refund\x00", "r\U000e0065efund"])
def test_hidden_characters_never_leave(hidden: str) -> None:
    assert problems(f"Your {hidden} is approved.", Evidence())


def test_a_quote_is_used_in_the_reply() -> None:
    assert problems("Hello.", evidence_of(ELIGIBLE), Quote("returns.1", QUOTE)) == ["citation unused: returns.1"]


HARMLESS = [
    "Please send us a photo of the box.",
    "Thank you for your patience, this must be annoying.",
    "Which size would you like?",
    "Tell us what you see.",
    "I am sorry that the lamp arrived broken.",
    "Could you please send it back?",
]

# No passage was quoted that says so, and no tool does it.
UNSUPPORTED = [
    "You find it in your account under Orders.",
    "Tell us what you see, and we look into it.",
    "Members get their parcels first.",
    "What you paid is with you before long.",
    "I am sorry, everything is yours again.",
    "Thank you: the shop makes good for it.",
    "Would you believe that it is all in your pocket again?",
    "Please see it as settled.",
]


@pytest.mark.parametrize("words", UNSUPPORTED)
def test_what_nothing_supports_is_found_however_harmless_it_sounds(words: str) -> None:
    assert any(problem.startswith("unsupported") for problem in problems(words, evidence_of(ELIGIBLE)))


@pytest.mark.parametrize("words", HARMLESS)
def test_words_that_claim_nothing_pass(words: str) -> None:
    assert problems(words, Evidence()) == []


def test_an_order_that_was_found_may_be_asked_about() -> None:
    assert problems(f"Is it order {ELIGIBLE.order_id} that you mean?", evidence_of(ELIGIBLE)) == []
    assert problems("Is it order A-99999 that you mean?", evidence_of(ELIGIBLE))


@given(st.text(max_size=300), st.sampled_from(["Your refund is approved", "you get 10 EUR", "wir erstatten es"]))
def test_a_claim_is_found_wherever_it_stands(around: str, claim: str) -> None:
    assert problems(f"{around}\n{claim}\n{around}", Evidence())


@pytest.mark.parametrize("piece", ["1", "1,", "1 ", "refund ", ".", "A-1", "**", "within 1", "€"])
def test_the_check_is_linear(piece: str) -> None:
    text = (piece * 100_000)[:100_000]
    started = time.perf_counter()
    problems(text, Evidence())
    assert time.perf_counter() - started < 2.0
