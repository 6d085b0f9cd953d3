"""What a judgement of refund eligibility says."""

from datetime import date
from enum import StrEnum

from tools.money import Currency, Minor
from tools.records import Record


class ReasonCode(StrEnum):
    """Why an order is eligible, or is not."""

    WITHIN_WINDOW = "within_window"
    DIGITAL_NOT_DOWNLOADED = "digital_not_downloaded"
    PLAN_WITHIN_WINDOW = "plan_within_window"
    LOST = "lost"
    CANCELLED = "cancelled"

    WINDOW_CLOSED = "window_closed"
    FINAL_SALE = "final_sale"
    DIGITAL_DOWNLOADED = "digital_downloaded"
    DIGITAL_WINDOW_CLOSED = "digital_window_closed"
    PLAN_WINDOW_CLOSED = "plan_window_closed"
    GIFT_CARD = "gift_card"
    IN_TRANSIT = "in_transit"
    NOT_SHIPPED = "not_shipped"
    ALREADY_REFUNDED = "already_refunded"
    NOTHING_PAID = "nothing_paid"


class RefundJudgement(Record):
    """One order judged on one day: `rule_id` decided, and `last_day` is the day on which its window closes.

    `partial` says that the lines of the order were not all judged alike.
    """

    order_id: str
    eligible: bool
    amount_minor: Minor
    currency: Currency
    reason_code: ReasonCode
    rule_id: str
    last_day: date | None
    partial: bool = False
    judged_on: date
