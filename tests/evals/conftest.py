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


@pytest.fixture
def make_result():
    """Make a result of so many cases, right where `right` says so; each in a conversation of its own."""
    from datetime import UTC, datetime

    from evals.checks.check import judged
    from evals.environment import Environment
    from evals.result import Attempt, CaseResult, DataUsed, Operations, Result

    def made(right: list[bool] | None = None, **changes: object) -> Result:
        cases = tuple(
            CaseResult(
                id=f"test-case-{place:03}",
                cluster=f"test-case-{place:03}",
                category="refund_request",
                kind="routine",
                segments=("known_customer",),
                attempts=(Attempt(checks=(judged("category", ok, "wrong category"),), completed=ok, wall_ms=1.0),),
            )
            for place, ok in enumerate(right or [True])
        )
        result = Result(
            id="test-result",
            made_at=datetime(2026, 1, 1, tzinfo=UTC),
            subject="test",
            release="embedded-2026-01-01",
            environment=Environment(commit="0" * 40, dirty=False, python="3", libraries={}, processor="test", cores=2),
            hashes={},
            data=DataUsed(name="test", sha256="0" * 64, cases=len(cases), judged_by="end state"),
            k=1,
            seed=1,
            cases=cases,
            measures={},
            by_category={},
            by_segment={},
            operations=Operations(steps_ms={}, reading_ratio={}, per_ticket={}),
        )
        return result.model_copy(update=changes)

    return made
