"""Refund eligibility against an oracle of its own, at the edges of every window, and for orders nobody seeded."""

import itertools
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tools.refund_oracle import refundable_minor
from tools.demo_shop.seed import SHOP_DAY, seeded_orders
from tools.demo_shop.store import DemoShop
from tools.identity import Identity
from tools.records import LineKind, Order, OrderLine, OrderStatus
from tools.refund_judgement import ReasonCode
from tools.refund_rules import refund_rules
from tools.refunds import check_refund_eligibility, judge
from tools.tool import CannotJudge, Outcome, ToolContext

BEFORE_DELIVERY = {OrderStatus.PROCESSING, OrderStatus.SHIPPED}


def order(
    *lines: OrderLine,
    status: OrderStatus = OrderStatus.DELIVERED,
    placed_on: date = date(2026, 9, 1),
    delivered_on: date | None = date(2026, 9, 5),
    fee: int = 490,
    refunded: int = 0,
) -> Order:
    return Order(
        order_id="A-10001",
        customer_id="C-1",
        status=status,
        placed_on=placed_on,
        shipped_on=placed_on,
        expected_on=None,
        delivered_on=delivered_on,
        currency="EUR",
        delivery_fee_minor=fee,
        paid_minor=sum(line.price_minor for line in lines) + fee,
        refunded_minor=refunded,
        lines=lines,
    )


def line(kind: LineKind = LineKind.GOODS, price: int = 1000, **fields: object) -> OrderLine:
    return OrderLine(title="Thing", kind=kind, price_minor=price, **fields)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Row:
    name: str
    order: Order
    today: date
    amount: int
    reason: ReasonCode
    rule: str


DAY = timedelta(days=1)
TABLE = [
    Row("30 days, last", order(line()), date(2026, 10, 5), 1000, ReasonCode.WITHIN_WINDOW, "R-GOODS-30"),
    Row("30 days, after", order(line()), date(2026, 10, 6), 0, ReasonCode.WINDOW_CLOSED, "R-GOODS-30"),
    Row(
        "14 days under the older rule, last",
        order(line(), placed_on=date(2026, 2, 28), delivered_on=date(2026, 3, 10)),
        date(2026, 3, 24),
        1000,
        ReasonCode.WITHIN_WINDOW,
        "R-GOODS-14",
    ),
    Row(
        "14 days under the older rule, after",
        order(line(), placed_on=date(2026, 2, 28), delivered_on=date(2026, 3, 10)),
        date(2026, 3, 25),
        0,
        ReasonCode.WINDOW_CLOSED,
        "R-GOODS-14",
    ),
    Row(
        "first day of the newer rule",
        order(line(), placed_on=date(2026, 3, 1), delivered_on=date(2026, 3, 10)),
        date(2026, 4, 9),
        1000,
        ReasonCode.WITHIN_WINDOW,
        "R-GOODS-30",
    ),
    Row(
        "final sale beside a larger item that counts",
        order(line(price=500, final_sale=True), line(price=2000)),
        date(2026, 9, 6),
        2000,
        ReasonCode.WITHIN_WINDOW,
        "R-GOODS-30",
    ),
    Row("final sale", order(line(final_sale=True)), date(2026, 9, 6), 0, ReasonCode.FINAL_SALE, "R-FINAL-SALE"),
    Row(
        "lost: the fee as well, less what was refunded",
        order(line(), status=OrderStatus.LOST, delivered_on=None, refunded=90),
        date(2026, 9, 20),
        1400,
        ReasonCode.LOST,
        "R-LOST",
    ),
    Row(
        "partly refunded",
        order(line(price=3000), refunded=1000),
        date(2026, 9, 6),
        2000,
        ReasonCode.WITHIN_WINDOW,
        "R-GOODS-30",
    ),
    Row(
        "all but the fee refunded",
        order(line(), refunded=1000),
        date(2026, 9, 6),
        0,
        ReasonCode.ALREADY_REFUNDED,
        "R-PAID-BACK",
    ),
    Row("nothing paid", order(line(price=0), fee=0), date(2026, 9, 6), 0, ReasonCode.NOTHING_PAID, "R-PAID-BACK"),
    Row(
        "downloaded beside goods",
        order(line(LineKind.DIGITAL, 9000, downloaded_on=date(2026, 9, 1)), line(price=100)),
        date(2026, 9, 6),
        100,
        ReasonCode.WITHIN_WINDOW,
        "R-GOODS-30",
    ),
]


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_table(row: Row) -> None:
    judgement = judge(row.order, row.today, refund_rules())
    assert (judgement.amount_minor, judgement.reason_code, judgement.rule_id) == (row.amount, row.reason, row.rule)
    assert judgement.eligible is (row.amount > 0)
    assert row.amount == refundable_minor(row.order, row.today)


def test_the_demo_shop_holds_every_reason_and_agrees_with_the_oracle() -> None:
    judgements = [judge(one, SHOP_DAY, refund_rules()) for one in seeded_orders()]
    amounts = [judgement.amount_minor for judgement in judgements]
    assert amounts == [refundable_minor(one, SHOP_DAY) for one in seeded_orders()]
    assert {judgement.reason_code for judgement in judgements} == set(ReasonCode) - {ReasonCode.NOTHING_PAID}
    assert {judgement.rule_id for judgement in judgements} == {rule.id for rule in refund_rules()}


lines = st.builds(
    OrderLine,
    title=st.just("Thing"),
    kind=st.sampled_from(LineKind),
    price_minor=st.integers(0, 10**9),
    final_sale=st.booleans(),
    downloaded_on=st.sampled_from([None, date(2026, 1, 5)]),
)


@st.composite
def orders(draw: st.DrawFn) -> Order:
    chosen = draw(st.lists(lines, min_size=1, max_size=4))
    placed_on = draw(st.dates(date(2024, 1, 1), date(2026, 12, 31)))
    fee = draw(st.sampled_from([0, 490]))
    paid = sum(one.price_minor for one in chosen) + fee
    status = draw(st.sampled_from(OrderStatus))
    delivered_on = placed_on + draw(st.integers(0, 60)) * DAY if status is OrderStatus.DELIVERED else None
    refunded = draw(st.one_of(st.just(0), st.just(paid), st.integers(0, paid)))
    return order(*chosen, status=status, placed_on=placed_on, delivered_on=delivered_on, fee=fee, refunded=refunded)


@given(orders(), st.integers(0, 120))
def test_any_order_on_any_day(one: Order, days: int) -> None:
    today = one.placed_on + days * DAY
    judgement = judge(one, today, refund_rules())
    assert judgement.amount_minor == refundable_minor(one, today)
    assert judgement.eligible is (judgement.amount_minor > 0)
    assert one.refunded_minor + judgement.amount_minor <= one.paid_minor
    if one.status in BEFORE_DELIVERY:
        assert not judgement.eligible


def test_an_order_from_before_the_rules_is_judged_by_nobody() -> None:
    with pytest.raises(CannotJudge):
        judge(order(line(), placed_on=date(2023, 12, 31)), SHOP_DAY, refund_rules())


def test_rules_of_one_subject_never_overlap_and_leave_no_gap() -> None:
    for subject in {rule.subject for rule in refund_rules()}:
        rules = sorted((rule for rule in refund_rules() if rule.subject == subject), key=lambda rule: rule.valid_from)
        for earlier, later in itertools.pairwise(rules):
            assert earlier.valid_to is not None
            assert earlier.valid_to + DAY == later.valid_from
        assert rules[-1].valid_to is None


def test_the_tool_judges_for_the_owner_only(shop: DemoShop) -> None:
    for one in seeded_orders():
        own = ToolContext(shop, Identity(one.customer_id), SHOP_DAY)
        result = check_refund_eligibility.run(own, {"order_id": one.order_id})
        assert result.outcome is Outcome.OK
        assert result.refund == judge(one, SHOP_DAY, refund_rules())
        other = ToolContext(shop, Identity("C-9999"), SHOP_DAY)
        refused = check_refund_eligibility.run(other, {"order_id": one.order_id})
        assert (refused.outcome, refused.refund, refused.order) == (Outcome.NOT_FOUND, None, None)
