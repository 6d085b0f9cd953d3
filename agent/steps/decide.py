"""Fifth: a pure table from what is known to what happens. No model is asked, nothing is written."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from agent.decision import Flag
from agent.deps import Deps
from agent.evidence import Evidence
from agent.language import SPOKEN
from agent.models.protocol import Verdict
from agent.state import State
from agent.taxonomy import LOOK_UPS, Handling, NextAction, topic_of
from tools.records import Order, OrderStatus


class OrderState(StrEnum):
    """What is known about the order, as far as the table tells cases apart."""

    NOT_GIVEN = "not_given"
    NOT_FOUND = "not_found"
    SEVERAL = "several"
    PROCESSING = "processing"
    SHIPPED = "shipped"
    OVERDUE = "overdue"
    DELIVERED = "delivered"
    LOST = "lost"
    CANCELLED = "cancelled"


class RefundState(StrEnum):
    """What a tool said of a refund."""

    NOT_JUDGED = "not_judged"
    ELIGIBLE = "eligible"
    NOT_ELIGIBLE = "not_eligible"


@dataclass(frozen=True)
class Situation:
    """All that the table looks at: closed sets and booleans, so that a test can walk every one."""

    handling: Handling
    order: OrderState = OrderState.NOT_GIVEN
    refund: RefundState = RefundState.NOT_JUDGED
    refunded: bool = False  # money of this order was refunded before
    grounded: bool = True  # a passage was found
    confident: bool = True
    short: bool = True
    spoken: bool = True  # the desk speaks the ticket's language
    wants_human: bool = False
    legal_threat: bool = False
    safety_risk: bool = False
    self_harm: bool = False
    tool_failed: bool = False
    reason_code: str = ""  # of the refund judgement; names the text, decides nothing


Row = tuple[Callable[[Situation], bool], Callable[[Situation], Verdict]]
UNDER_WAY = {OrderState.PROCESSING, OrderState.SHIPPED, OrderState.CANCELLED}


def _hand_over(reason: str) -> Callable[[Situation], Verdict]:
    return lambda _: Verdict(NextAction.ESCALATE, f"handover.{reason}", reason=reason)


def _ask(what: str, reply: str) -> Callable[[Situation], Verdict]:
    return lambda _: Verdict(NextAction.ASK_FOLLOW_UP, reply, asks_for=(what,))


def _reply(prefix: str) -> Callable[[Situation], Verdict]:
    return lambda s: Verdict(NextAction.REPLY, f"{prefix}.{s.order}")


def _needs_order(s: Situation) -> bool:
    return s.handling in LOOK_UPS


# The first row that holds decides.
TABLE: tuple[Row, ...] = (
    (lambda s: s.self_harm, _hand_over("self_harm")),
    (lambda s: s.safety_risk, _hand_over("safety")),
    (lambda s: not s.spoken, _hand_over("language")),
    (lambda s: s.wants_human, _hand_over("wants_human")),
    (lambda s: s.legal_threat, _hand_over("legal_threat")),
    (lambda s: s.tool_failed, _hand_over("tool_unavailable")),
    (lambda s: not s.confident and s.short, _ask("request", "ask.request")),
    (lambda s: not s.confident, _hand_over("unclear")),
    (lambda s: s.handling is Handling.REFUSE, lambda _: Verdict(NextAction.REFUSE, "refuse")),
    (lambda s: s.handling is Handling.THANKS, lambda _: Verdict(NextAction.REPLY, "thanks")),
    (lambda s: s.handling is Handling.PERSON, _hand_over("needs_person")),
    (lambda s: s.handling is Handling.POLICY and s.grounded, lambda _: Verdict(NextAction.REPLY, "policy")),
    (lambda s: s.handling is Handling.POLICY, _hand_over("no_policy")),
    (lambda s: s.order is OrderState.NOT_GIVEN, _ask("order_id", "ask.order_id")),
    (lambda s: s.order is OrderState.NOT_FOUND, _ask("order_id", "ask.order_not_found")),
    (lambda s: s.order is OrderState.SEVERAL, _ask("which_order", "ask.which_order")),
    (lambda s: s.handling is Handling.ORDER_FACTS, _reply("order")),
    (lambda s: s.handling is Handling.ORDER_RETURN and s.order is not OrderState.DELIVERED, _reply("order")),
    (lambda s: s.handling is Handling.ORDER_RETURN and s.grounded, _reply("return")),
    (lambda s: s.handling is Handling.ORDER_RETURN, _hand_over("no_policy")),
    (lambda s: s.handling is Handling.ORDER_PROBLEM and s.order in UNDER_WAY, _reply("order")),
    (lambda s: s.handling is Handling.ORDER_PROBLEM, _hand_over("order_problem")),
    (
        lambda s: s.handling is Handling.ORDER_CHANGE and s.order is OrderState.PROCESSING,
        _hand_over("change_possible"),
    ),
    (lambda s: s.handling is Handling.ORDER_CHANGE, _reply("change")),
    (
        lambda s: s.handling is Handling.REFUND and s.refund is RefundState.ELIGIBLE,
        lambda _: Verdict(NextAction.OFFER_REFUND, "refund.offer"),
    ),
    (
        lambda s: s.handling is Handling.REFUND and s.refund is RefundState.NOT_ELIGIBLE,
        lambda s: Verdict(NextAction.DECLINE_REFUND, f"refund.decline.{s.reason_code}"),
    ),
    (
        lambda s: s.handling is Handling.REFUND_STATUS and s.refunded,
        lambda _: Verdict(NextAction.REPLY, "refund.made"),
    ),
    (lambda s: s.handling is Handling.REFUND_STATUS, _hand_over("refund_not_found")),
    (lambda _: True, _hand_over("tool_unavailable")),
)


def verdict(situation: Situation) -> Verdict:
    """Return what the first row that holds says."""
    return next(then(situation) for holds, then in TABLE if holds(situation))


def decide(state: State, deps: Deps) -> State:
    """Look the situation up in the table."""
    return {"verdict": verdict(situation_of(state, deps))}


def situation_of(state: State, deps: Deps) -> Situation:
    """Return what the table looks at, from what the steps before have found."""
    evidence = Evidence(state["passages"], state["tool_evidence"])
    classification, reading = state["classification"], state["reading"]
    handling = topic_of(classification.category, classification.topic).handling
    judged = evidence.refund[0] if evidence.refund else None
    thresholds = deps.release.thresholds
    return Situation(
        handling=handling,
        order=_order_state(evidence, deps.today, named=bool(reading.order_ids)),
        refund=_refund_state(judged.eligible if judged else None),
        refunded=any(order.refunded_minor > 0 for order in evidence.orders),
        grounded=bool(evidence.passages),
        confident=classification.confidence >= thresholds.confident,
        short=len(reading.ticket.text) <= thresholds.short_ticket,
        spoken=reading.language == SPOKEN,
        wants_human=Flag.WANTS_HUMAN in reading.signals,
        legal_threat=Flag.LEGAL_THREAT in reading.signals,
        safety_risk=Flag.SAFETY_RISK in reading.signals,
        self_harm=Flag.SELF_HARM in reading.signals,
        tool_failed=evidence.tool_failed,
        reason_code=judged.reason_code.value if judged else "",
    )


def _order_state(evidence: Evidence, today: date, *, named: bool) -> OrderState:
    orders = evidence.orders
    if not orders:
        return OrderState.NOT_FOUND if named else OrderState.NOT_GIVEN
    if len(orders) > 1:
        return OrderState.SEVERAL
    return OrderState.OVERDUE if _overdue(orders[0], today) else OrderState(orders[0].status.value)


def _overdue(order: Order, today: date) -> bool:
    return order.status is OrderStatus.SHIPPED and order.expected_on is not None and today > order.expected_on


def _refund_state(eligible: bool | None) -> RefundState:
    if eligible is None:
        return RefundState.NOT_JUDGED
    return RefundState.ELIGIBLE if eligible else RefundState.NOT_ELIGIBLE
