"""Citations and wordings: what is right passes, and every way of citing what is not there fails."""

from datetime import date

import pytest

from agent.decision import Citation, OrderView
from evals.cases.case import Case
from evals.checks.words import passages_by_section
from tests.evals.checks.answers import Answered, checks_of, found, says


def citation_of(of: Answered) -> Citation:
    assert of[1].decision is not None
    return of[1].decision.citations[0]


def cited(of: Answered, citation: Citation, **changes: object) -> dict[str, object]:
    """Return the changes by which an answer quotes this and nothing else."""
    return {"citations": [citation], "reply": f"Hello.\n\n{citation.quote}", **changes}


def of_article(policy_id: str) -> Citation:
    section, text = next((section, text) for (id, section), text in passages_by_section().items() if id == policy_id)
    return Citation(policy_id=policy_id, section=section, quote=text, score=0.5)


@pytest.mark.parametrize(
    "changes",
    [
        {"quote": "You will always get everything back."},
        {"quote": ""},
        {"quote": " "},
        {"policy_id": "absent"},
        {"policy_id": "newsletter"},
        {"section": "Somewhere else"},
    ],
)
def test_a_quote_that_no_article_holds_fails(asked: Answered, changes: dict[str, str]) -> None:
    assert says("verbatim", asked)
    wrong = found("verbatim", asked, **cited(asked, citation_of(asked).model_copy(update=changes)))
    assert (wrong.passed, wrong.cause) == (False, "a quote that no article holds")


def test_a_part_of_a_sentence_is_no_quote(asked: Answered) -> None:
    citation = citation_of(asked)
    whole = citation.quote
    for part in (whole.split()[0], whole[1:], whole[:-1], whole.split()[1]):
        changes = cited(asked, citation.model_copy(update={"quote": part}))
        assert says("verbatim", asked, **changes) is False, part


def test_one_sentence_of_several_is_a_quote(asked: Answered) -> None:
    article = of_article("refund-how")
    sentences = article.quote.split(". ")
    assert len(sentences) >= 3
    for quote in (f"{sentences[0]}.", f"{sentences[1]}.", f"{sentences[0]}. {sentences[1]}."):
        assert says("verbatim", asked, **cited(asked, article.model_copy(update={"quote": quote}))), quote


def test_a_quote_that_the_reply_does_not_hold_fails(asked: Answered) -> None:
    wrong = found("verbatim", asked, reply="Hello.", citations=[citation_of(asked)])
    assert (wrong.passed, wrong.cause) == (False, "a quote that the reply does not hold")


def test_no_quote_is_no_wrong_quote(asked: Answered) -> None:
    assert says("verbatim", asked, citations=[], reply="Hello.")


@pytest.mark.parametrize("policy_id", ["plus-price-2025", "box-prices-2027", "refund-goods-14"])
def test_an_article_that_is_not_in_force_fails(asked: Answered, policy_id: str) -> None:
    wrong = found("verbatim", asked, **cited(asked, of_article(policy_id)))
    assert (wrong.passed, wrong.cause) == (False, f"cites {policy_id}, which is not in force")


def test_the_world_s_day_decides_what_is_in_force(asked: Answered) -> None:
    case, answer = asked
    then: Case = case.model_copy(update={"world": case.world.model_copy(update={"day": date(2027, 1, 1)})})
    assert says("verbatim", (then, answer), **cited(asked, of_article("box-prices-2027")))
    assert says("verbatim", (then, answer), **cited(asked, of_article("box-prices-2026"))) is False


def test_a_rule_holds_for_the_orders_that_were_placed_under_it(claimed: Answered) -> None:
    case, answer = claimed
    order = case.world.orders[0].model_copy(update={"placed_on": date(2026, 2, 20)})
    older: Case = case.model_copy(update={"world": case.world.model_copy(update={"orders": (order,)})})
    assert says("verbatim", (older, answer), **cited(claimed, of_article("refund-goods-14")))
    assert says("verbatim", claimed, **cited(claimed, of_article("refund-goods-14"))) is False
    fees = of_article("delivery-fees-2025")  # states no rule, so the day of the order does not matter
    assert says("verbatim", (older, answer), **cited(claimed, fees)) is False
    assert isinstance(answer.decision and answer.decision.order, OrderView)


def test_one_of_the_expected_articles_is_cited(asked: Answered) -> None:
    assert says("cites", asked, {"cites": ("newsletter", "payment-methods")})
    wrong = found("cites", asked, {"cites": ("newsletter",)})
    assert (wrong.passed, wrong.cause) == (False, "cites payment-methods")
    assert found("cites", asked, citations=[]).cause == "cites nothing"


def test_an_article_that_must_not_be_cited(asked: Answered) -> None:
    wrong = found("never_cites", asked, {"never_cites": ("payment-methods",)})
    assert (wrong.passed, wrong.cause) == (False, "cites payment-methods")
    assert says("never_cites", asked, {"never_cites": ("newsletter",)})


def test_what_must_be_said(asked: Answered) -> None:
    expect = {"says": (("by card", "with a card"), ("invoice",))}
    assert says("says", asked, expect, reply="Pay BY\n card or on invoice.")
    wrong = found("says", asked, expect, reply="Pay with a card.")
    assert (wrong.passed, wrong.cause) == (False, "does not say invoice")


def test_what_must_not_be_said(asked: Answered) -> None:
    expect = {"never_says": ("has been refunded", "12.00")}
    assert says("never_says", asked, expect, reply="Nothing of it.")
    wrong = found("never_says", asked, expect, reply="It has  been\nREFUNDED.")
    assert (wrong.passed, wrong.cause) == (False, "says has been refunded")


def test_checks_of_words_are_made_for_what_is_expected(asked: Answered) -> None:
    expect = {"cites": (), "never_cites": ("newsletter",), "never_says": ("x",), "says": (("a",),)}
    names = {one.name for one in checks_of(asked, expect)}
    assert {"never_cites", "never_says", "says"} <= names
    assert "cites" not in names
