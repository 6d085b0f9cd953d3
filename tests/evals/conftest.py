"""Cases of the tests' own: what the suite says must not depend on the data it ships."""

from datetime import date

import pytest

from evals.cases.case import Case


def claim(id: str = "test-claim-001", **changes: object) -> Case:
    """A claim inside the window, which the agent decides rightly."""
    fields = {
        "id": id,
        "kind": "routine",
        "about": "a plain claim",
        "text": "I would like my money back for A-29001, the lamp does not suit me.",
        "world": {
            "customer": "C-2901",
            "orders": [
                {
                    "id": "A-29001",
                    "status": "delivered",
                    "placed_on": date(2026, 9, 20),
                    "delivered_on": date(2026, 9, 25),
                    "delivery_fee_minor": 490,
                    "lines": [{"title": "desk lamp", "price_minor": 3900}],
                }
            ],
        },
        "expect": {
            "category": "refund_request",
            "topic": "claim",
            "action": ["offer_refund"],
            "priority": ["normal", "high"],
            "calls": [
                {"name": "look_up_order", "order_id": "A-29001"},
                {"name": "check_refund_eligibility", "order_id": "A-29001"},
            ],
            "refund": {"eligible": True, "amount_minor": 3900, "currency": "EUR", "reason_code": "within_window"},
            "cites": ["refund-goods-30"],
            "says": [["39.00 EUR"], ["A-29001"]],
        },
    }
    return Case.model_validate(fields | changes)


def question(id: str = "test-question-001", **changes: object) -> Case:
    """A policy question, which the agent answers rightly."""
    fields = {
        "id": id,
        "kind": "routine",
        "about": "a plain policy question",
        "text": "Which ways of paying do you accept in your shop?",
        "expect": {
            "category": "payment_billing",
            "topic": "payment_methods",
            "action": ["reply"],
            "priority": ["low", "low"],
            "cites": ["payment-methods"],
        },
    }
    return Case.model_validate(fields | changes)


@pytest.fixture
def make_claim():
    """Make claims: id and fields as in `claim`."""
    return claim


@pytest.fixture
def make_question():
    """Make policy questions: id and fields as in `question`."""
    return question
