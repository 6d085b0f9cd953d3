"""Cases are what they say they are: the schema is the types, and a case that can't be true is found."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
import yaml
from pydantic import ValidationError

from evals.cases.case import Case
from evals.cases.loading import SCHEMA_FILE, BadCaseError, case_schema, cases_hash, load_cases
from evals.cases.soundness import problems
from evals.cases.world import WorldOrder
from knowledge.policies import Policy, load_policies
from tools.records import OrderStatus

Make = Callable[..., Case]


@pytest.fixture(scope="session")
def policies() -> dict[str, Policy]:
    return {policy.id: policy for policy in load_policies()}


def written(case: Case, *changes: dict[str, object]) -> str:
    rows = [case.model_dump(mode="json", exclude_defaults=True) | change for change in (changes or ({},))]
    return yaml.safe_dump(rows)


def changed(case: Case, part: str, **changes: object) -> Case:
    """Return the case with some fields of its `expect` or `world` replaced."""
    fields = case.model_dump()
    return Case.model_validate(fields | {part: fields[part] | changes})


def with_order(case: Case, **changes: object) -> Case:
    return changed(case, "world", orders=[case.world.orders[0].model_dump() | changes])


def test_the_schema_file_is_made_of_the_types() -> None:
    assert json.loads(SCHEMA_FILE.read_text(encoding="utf-8")) == case_schema()


def test_what_is_written_is_read(tmp_path: Path, make_claim: Make, make_question: Make) -> None:
    (tmp_path / "b.yaml").write_text(written(make_claim()), encoding="utf-8")
    (tmp_path / "a.yaml").write_text(written(make_question()), encoding="utf-8")
    assert load_cases(tmp_path) == [make_question(), make_claim()]
    assert load_cases(tmp_path / "b.yaml") == [make_claim()]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("- id: [", "is not YAML"),
        ("id: dev-one-001", "is not a list"),
        ("- id: 5", "case 5"),
        ("- just words", "case number 1"),
        ("- {id: a-1, world: {day: 2026-02-30}}", "is not YAML"),  # no day of any calendar
        ("- {id: a-1, text: \x00}", "is not YAML"),
        ("[]", "There are no cases"),
    ],
)
def test_what_is_no_case_is_said_in_one_line_with_the_file(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BadCaseError, match=says) as raised:
        load_cases(file)
    assert "mine.yaml" in str(raised.value)
    assert "\n" not in str(raised.value)


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_bytes(b"- id: \xff\xfe")
    with pytest.raises(BadCaseError, match=r"mine\.yaml"):
        load_cases(tmp_path)


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("category", "refunds"),
        ("topic", "stop"),  # of another category
        ("also_ok", ["nonsense"]),
        ("calls", [{"name": "pay_out", "order_id": "A-29001"}]),
        ("action", []),
        ("action", ["refuse"]),  # no end of this category
        ("priority", ["urgent", "low"]),
        ("asks_for", ["order_id"]),  # and nothing may be asked
        ("refund", None),  # an offer needs one
        ("flags", ["tired"]),
        ("surprise", 1),
    ],
)
def test_an_expectation_that_can_not_be_is_refused_with_file_and_case(
    tmp_path: Path, make_claim: Make, part: str, value: object
) -> None:
    expect = make_claim().model_dump(mode="json", exclude_defaults=True)["expect"] | {part: value}
    (tmp_path / "mine.yaml").write_text(written(make_claim(), {"expect": expect}), encoding="utf-8")
    with pytest.raises(BadCaseError, match=r"mine\.yaml, case test-claim-001: expect"):
        load_cases(tmp_path)


def test_an_id_used_twice_is_refused_across_files(tmp_path: Path, make_claim: Make) -> None:
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text(written(make_claim()), encoding="utf-8")
    with pytest.raises(BadCaseError, match="test-claim-001 is used twice"):
        load_cases(tmp_path)


def test_the_hash_follows_content_and_not_order(make_claim: Make, make_question: Make) -> None:
    cases = [make_claim(), make_question()]
    assert cases_hash(cases) == cases_hash(cases[::-1])
    assert cases_hash(cases) != cases_hash([make_claim(text="other"), make_question()])


def test_a_sound_case_has_no_problem(make_claim: Make, make_question: Make, policies: dict[str, Policy]) -> None:
    assert list(problems(make_claim(), policies)) == []
    assert list(problems(make_question(), policies)) == []


REFUND = {"eligible": True, "amount_minor": 3900, "currency": "EUR", "reason_code": "within_window"}
CALL = {"name": "look_up_order", "order_id": "A-29001"}

UNSOUND: dict[str, tuple[Callable[[Case], Case], str]] = {
    "another amount": (
        lambda case: changed(case, "expect", refund=REFUND | {"amount_minor": 4390}),
        "the rules say amount_minor 3900, not 4390",
    ),
    "another reason": (lambda case: changed(case, "expect", refund=REFUND | {"reason_code": "lost"}), "reason_code"),
    "another currency": (lambda case: changed(case, "expect", refund=REFUND | {"currency": "GBP"}), "currency"),
    "out of the window": (lambda case: changed(case, "world", day=date(2026, 12, 1)), "the rules say eligible False"),
    "an offer beside what is not eligible": (
        lambda case: changed(
            case, "expect", action=["decline_refund", "offer_refund"], refund=REFUND | {"eligible": False}
        ),
        "offer_refund although",
    ),
    "somebody else's order": (lambda case: with_order(case, customer="C-2999"), "somebody else's order"),
    "from before the rules": (
        lambda case: with_order(case, placed_on=date(2023, 5, 1), delivered_on=date(2023, 5, 4)),
        "no rule judges",
    ),
    "a refund without its call": (lambda case: changed(case, "expect", calls=[CALL]), "no order that is judged"),
    "an order nobody named": (
        lambda case: case.model_copy(update={"text": "I would like my money back."}),
        "A-29001 is looked up and nobody named it",
    ),
    "a call that the topic does not need": (
        lambda case: changed(case, "expect", topic="refund_terms", action=["reply"], refund=None),
        "look_up_order is not a look-up of refund_request/refund_terms",
    ),
    "an article not in force": (
        lambda case: changed(case, "expect", cites=["box-prices-2027"]),
        "box-prices-2027 is not in force",
    ),
    "a superseded rule for a newer order": (
        lambda case: changed(case, "expect", cites=["refund-goods-14"]),
        "refund-goods-14 is not in force",
    ),
    "an article that is not there": (
        lambda case: changed(case, "expect", never_cites=["absent"]),
        "there is no article absent",
    ),
    "more refunded than paid": (lambda case: with_order(case, refunded_minor=9900), "more refunded than paid"),
    "delivered on no day": (lambda case: with_order(case, delivered_on=None), "delivered on no day"),
    "delivered before it was placed": (
        lambda case: with_order(case, delivered_on=date(2026, 9, 1)),
        "not placed, shipped and delivered in this order",
    ),
    "delivered in the future": (
        lambda case: with_order(case, delivered_on=date(2026, 10, 16)),
        "happens after the world's day",
    ),
    "two orders with one number": (
        lambda case: changed(case, "world", orders=[case.world.orders[0].model_dump()] * 2),
        "there are 2 orders A-29001",
    ),
    "nothing written": (lambda case: case.model_copy(update={"text": " \u200b "}), "refused at the door"),
    "refused although it can be read": (lambda case: changed(case, "expect", rejected=True), "refused at the door"),
}


@pytest.mark.parametrize("name", UNSOUND)
def test_a_case_that_can_not_be_true_is_found(make_claim: Make, policies: dict[str, Policy], name: str) -> None:
    change, says = UNSOUND[name]
    assert any(says in problem for problem in problems(change(make_claim()), policies))


def test_an_offer_without_a_refund_is_found(make_claim: Make, policies: dict[str, Policy]) -> None:
    case = changed(make_claim(), "expect", action=["decline_refund", "reply"], refund=None)
    assert "an offer or a decline without the refund expected" in list(problems(case, policies))


def test_a_superseded_rule_still_holds_for_its_orders(make_claim: Make, policies: dict[str, Policy]) -> None:
    case = with_order(make_claim(), placed_on=date(2026, 2, 20), delivered_on=date(2026, 2, 25))
    refund = REFUND | {"eligible": False, "amount_minor": 0, "reason_code": "window_closed"}
    case = changed(case, "expect", action=["decline_refund"], refund=refund, cites=["refund-goods-14"])
    assert list(problems(case, policies)) == []


def test_an_order_named_by_the_channel_or_earlier_counts(make_claim: Make, policies: dict[str, Policy]) -> None:
    text = "I would like my money back."
    for fields in (
        {"order_id": "A-29001"},
        {"metadata": {"subject": "order A-29001"}},
        {"before": [{"customer": "Hello, about A-29001."}]},
    ):
        assert list(problems(make_claim(text=text, **fields), policies)) == []


def test_an_order_s_days_follow_from_its_status() -> None:
    line = {"title": "lamp", "price_minor": 100}
    order = WorldOrder.model_validate(
        {"id": "A-1", "status": "shipped", "placed_on": date(2026, 1, 1), "delivery_fee_minor": 5, "lines": [line]}
    )
    record = order.order("C-1")
    assert (record.shipped_on, record.paid_minor, record.status) == (date(2026, 1, 2), 105, OrderStatus.SHIPPED)
    placed = order.model_copy(update={"status": OrderStatus.PROCESSING})
    assert placed.order("C-1").shipped_on is None


def test_segments_follow_from_the_content(make_claim: Make) -> None:
    assert make_claim().segments() == ("known_customer",)
    long = make_claim(filler={"line": "And another thing.", "times": 1200, "at": "after"})
    assert long.segments() == ("known_customer", "long_input", "cut_input")
    assert long.full_text().startswith(long.text)
    visitor = make_claim(world={}, before=[{"customer": "Hello"}])
    assert visitor.segments() == ("anonymous", "conversation")
    assert changed(make_claim(), "world", segment="enterprise").segments() == ("enterprise",)
    assert changed(make_claim(), "expect", language="de").segments()[-1] == "not_english"


def test_a_case_is_closed(make_claim: Make) -> None:
    with pytest.raises(ValidationError):
        make_claim(surprise=1)
    with pytest.raises(ValidationError):
        make_claim(id="No Id")
