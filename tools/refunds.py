"""Judges refund eligibility by the dated rules: plain code, the only source of the words "you get money back"."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from pydantic import Field

from tools.orders import LONGEST_ID
from tools.records import LineKind, Order, OrderLine, OrderStatus
from tools.refund_judgement import ReasonCode, RefundJudgement
from tools.refund_rules import Rule, Subject, refund_rules, rule_for
from tools.tool import Arguments, Effect, Outcome, ToolContext, ToolResult, tool

# While or after these, the order as a whole is judged, whatever it holds.
_BY_STATUS: dict[OrderStatus, tuple[Subject, bool, ReasonCode]] = {
    OrderStatus.PROCESSING: ("not_shipped", False, ReasonCode.NOT_SHIPPED),
    OrderStatus.SHIPPED: ("in_transit", False, ReasonCode.IN_TRANSIT),
    OrderStatus.LOST: ("lost", True, ReasonCode.LOST),
    OrderStatus.CANCELLED: ("cancelled", True, ReasonCode.CANCELLED),
}


class CheckRefundEligibilityArguments(Arguments):
    """Which order."""

    order_id: str = Field(max_length=LONGEST_ID, description="The order number as the customer gave it.")


@tool(Effect.READ, CheckRefundEligibilityArguments)
def check_refund_eligibility(context: ToolContext, arguments: CheckRefundEligibilityArguments) -> ToolResult:
    """Judge whether an order of the customer who asks qualifies for a refund today: how much, by which rule and day.

    Call it when the customer wants money back for an order that was looked up. It changes nothing and pays nothing.
    Only its result allows a reply to say that an order qualifies, and only for this order, amount and currency. It must
    not be inferred that money has moved or that a person has approved.
    """
    order = context.own_order(arguments.order_id)
    if order is None:
        return ToolResult(Outcome.NOT_FOUND)
    return ToolResult(Outcome.OK, refund=judge(order, context.today, refund_rules()))


@dataclass(frozen=True)
class _LineJudged:
    line: OrderLine
    eligible: bool
    reason: ReasonCode
    rule: Rule
    last_day: date | None = None


def judge(order: Order, today: date, rules: tuple[Rule, ...]) -> RefundJudgement:
    """Return the judgement of an order on a day, by the rules in force when it was placed.

    Refunded is the price of the lines that are eligible, less what was refunded before; the delivery fee only where the
    order was lost or cancelled. An order with several lines is explained by the largest of those that count.
    Raises CannotJudge for orders from before the first rules.
    """

    def judgement(
        amount: int, reason: ReasonCode, rule: Rule, last_day: date | None = None, *, partial: bool = False
    ) -> RefundJudgement:
        return RefundJudgement(
            order_id=order.order_id,
            eligible=amount > 0,
            amount_minor=amount,
            currency=order.currency,
            reason_code=reason,
            rule_id=rule.id,
            last_day=last_day,
            partial=partial,
            judged_on=today,
        )

    left = order.paid_minor - order.refunded_minor
    paid_back = rule_for("paid_back", order.placed_on, rules)
    if order.paid_minor == 0:
        return judgement(0, ReasonCode.NOTHING_PAID, paid_back)
    if left == 0:
        return judgement(0, ReasonCode.ALREADY_REFUNDED, paid_back)
    if order.status in _BY_STATUS:
        subject, eligible, reason = _BY_STATUS[order.status]
        return judgement(left * eligible, reason, rule_for(subject, order.placed_on, rules))
    judged = list(_lines(order, today, rules))
    eligible_lines = [one for one in judged if one.eligible and one.line.price_minor > 0]
    speaking = max(eligible_lines or judged, key=lambda one: one.line.price_minor)
    amount = min(sum(one.line.price_minor for one in eligible_lines) - order.refunded_minor, left)
    if eligible_lines and amount <= 0:
        return judgement(0, ReasonCode.ALREADY_REFUNDED, paid_back)
    partial = len({(one.eligible, one.reason) for one in judged}) > 1
    return judgement(max(0, amount), speaking.reason, speaking.rule, speaking.last_day, partial=partial)


def _lines(order: Order, today: date, rules: tuple[Rule, ...]) -> Iterator[_LineJudged]:
    for line in order.lines:
        if line.kind is LineKind.GIFT_CARD:
            yield _LineJudged(line, False, ReasonCode.GIFT_CARD, rule_for("gift_card", order.placed_on, rules))
        elif line.kind is LineKind.GOODS and line.final_sale:
            yield _LineJudged(line, False, ReasonCode.FINAL_SALE, rule_for("final_sale", order.placed_on, rules))
        elif line.kind is LineKind.DIGITAL and line.downloaded_on is not None:
            rule = rule_for("downloaded", order.placed_on, rules)
            yield _LineJudged(line, False, ReasonCode.DIGITAL_DOWNLOADED, rule)
        else:
            yield _windowed(line, order, today, rules)


# For each kind with a window: the rules' subject, and the reasons inside and after it.
_WINDOWED: dict[LineKind, tuple[Subject, ReasonCode, ReasonCode]] = {
    LineKind.GOODS: ("goods", ReasonCode.WITHIN_WINDOW, ReasonCode.WINDOW_CLOSED),
    LineKind.DIGITAL: ("digital", ReasonCode.DIGITAL_NOT_DOWNLOADED, ReasonCode.DIGITAL_WINDOW_CLOSED),
    LineKind.PLAN: ("plan", ReasonCode.PLAN_WITHIN_WINDOW, ReasonCode.PLAN_WINDOW_CLOSED),
}


def _windowed(line: OrderLine, order: Order, today: date, rules: tuple[Rule, ...]) -> _LineJudged:
    """Goods count from delivery, everything else from purchase; the first day is not counted."""
    subject, inside, after = _WINDOWED[line.kind]
    rule = rule_for(subject, order.placed_on, rules)
    starts = order.delivered_on if line.kind is LineKind.GOODS and order.delivered_on else order.placed_on
    last_day = starts + timedelta(days=rule.days)
    eligible = today <= last_day
    return _LineJudged(line, eligible, inside if eligible else after, rule, last_day)
