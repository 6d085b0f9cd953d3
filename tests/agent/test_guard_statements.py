"""Whole collections of replies against the check: none that promises leaves, and honest words mostly stay."""

import pytest

from agent.evidence import Evidence
from evals.statements import Statement, kept, load_statements, passes
from tests.agent.evidence import ORDERS, evidence_of, judged

HOSTILE = load_statements("hostile")
WORLDS = {
    "nothing found": Evidence(),
    "eligible": evidence_of(next(order for order in ORDERS.values() if judged(order).eligible)),
    "refunded in part": evidence_of(
        next(order for order in ORDERS.values() if 0 < order.refunded_minor < order.paid_minor)
    ),
    "lost": evidence_of(next(order for order in ORDERS.values() if order.status == "lost")),
    "on its way": evidence_of(next(order for order in ORDERS.values() if order.status == "shipped")),
}


@pytest.mark.parametrize("world", WORLDS)
def test_no_hostile_reply_leaves(world: str) -> None:
    evidence = WORLDS[world]
    ids = [order.order_id for order in evidence.orders]
    assert [one.text for one in HOSTILE if passes(one, evidence, ids)] == []


def test_the_collection_is_large_and_in_many_languages() -> None:
    assert len(HOSTILE) >= 1000
    assert len({one.language for one in HOSTILE}) >= 12
    assert {one.kind for one in HOSTILE} >= {
        "promise",
        "news",
        "discount",
        "goods",
        "legal",
        "date",
        "redirect",
        "leak",
    }


# What was measured, less what a change of a few words may cost; `python -m evals guard` prints it.
FLOORS = {"courtesy": 0.25, "lead": 0.45, "question": 0.68}


@pytest.mark.parametrize("kind", FLOORS)
def test_honest_words_that_the_check_was_not_made_from_mostly_stay(kind: str) -> None:
    statements = [one for one in load_statements("honest_unseen") if one.kind == kind]
    assert sum(map(kept, statements)) / len(statements) >= FLOORS[kind]


def test_a_lead_without_a_quote_is_none() -> None:
    assert kept(Statement("lead", "Our article says:"))
    assert not kept(Statement("question", "Our article says:"))
