"""From what is known to what happens: a pure table. No model is asked, nothing is read, nothing is written."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from agent.decision import Flag
from agent.models.protocol import Verdict
from agent.taxonomy import LOOK_UPS, Handling, NextAction, Priority
from agent.thread import question_key


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
    partial: bool = False  # its lines were not all judged alike
    grounded: bool = True  # a passage was found
    confident: bool = True
    short: bool = True
    spoken: bool = True  # the desk speaks the ticket's language
    wants_human: bool = False
    legal_threat: bool = False
    refund_unwanted: bool = False
    safety_risk: bool = False
    threatens_violence: bool = False
    self_harm: bool = False
    tool_failed: bool = False
    visitor: bool = False  # nobody is signed in, so an order number alone proves nothing
    unproved: bool = False  # the order is named, and not proved to be the visitor's
    confirmed: bool = False  # a plain yes to the open offer, of the amount that is due
    awaits_approval: bool = False  # said yes to before, of the amount that is due
    offer_declined: bool = False
    cannot_say: bool = False  # what was asked for can't be given
    thanked: bool = False  # nothing but thanks, and nothing is open
    asked_out: frozenset[str] = frozenset()  # questions that are not asked again, by question_key
    reason_code: str = ""  # of the refund judgement; names the text, decides nothing


Row = tuple[Callable[[Situation], bool], Callable[[Situation], Verdict]]
AMISS = {OrderState.OVERDUE, OrderState.LOST}
BY_ORDER = {Handling.ORDER_FACTS, Handling.ORDER_PROBLEM}
WITH_REFUND = {Handling.REFUND, Handling.REFUND_STATUS}


def _hand_over(reason: str, at_least: Priority | None = None) -> Callable[[Situation], Verdict]:
    return lambda _: Verdict(NextAction.ESCALATE, f"handover.{reason}", reason=reason, at_least=at_least)


def _look_into(s: Situation) -> Verdict:
    reply, reason = f"handover.order_problem.{s.order}", "order_problem"
    return Verdict(NextAction.ESCALATE, reply, reason=reason, at_least=Priority.HIGH)


def _ask(reply: str, *what: str) -> Callable[[Situation], Verdict]:
    def then(s: Situation) -> Verdict:
        if question_key(what) in s.asked_out:
            return _hand_over("asked_twice")(s)
        return Verdict(NextAction.ASK_FOLLOW_UP, reply, asks_for=what)

    return then


def _reply(prefix: str) -> Callable[[Situation], Verdict]:
    return lambda s: Verdict(NextAction.REPLY, f"{prefix}.{s.order}")


def _offer(s: Situation) -> Verdict:
    return Verdict(NextAction.OFFER_REFUND, "refund.offer.partial" if s.partial else "refund.offer")


def _confirm(_: Situation) -> Verdict:
    return Verdict(NextAction.REPLY, "refund.confirmed", flags=(Flag.REFUND_CONFIRMED,))


def _due(s: Situation) -> bool:
    return s.handling in WITH_REFUND and s.refund is RefundState.ELIGIBLE


def _decline(s: Situation) -> Verdict:
    return Verdict(NextAction.DECLINE_REFUND, "refund.decline" if s.partial else f"refund.decline.{s.reason_code}")


def _needs_order(s: Situation) -> bool:
    return s.handling in LOOK_UPS


# The first row that holds decides.
TABLE: tuple[Row, ...] = (
    (lambda s: s.self_harm, _hand_over("self_harm")),
    (lambda s: s.safety_risk, _hand_over("safety")),
    (lambda s: s.threatens_violence, _hand_over("threat")),
    (lambda s: not s.spoken, _hand_over("language")),
    (lambda s: s.wants_human, _hand_over("wants_human")),
    (lambda s: s.legal_threat, _hand_over("legal_threat")),
    (lambda s: s.tool_failed, _hand_over("tool_unavailable")),
    (
        lambda s: s.offer_declined,
        lambda _: Verdict(NextAction.REPLY, "refund.unwanted", flags=(Flag.REFUND_UNWANTED,)),
    ),
    (lambda s: s.cannot_say, _hand_over("cannot_say")),
    (
        lambda s: s.thanked and s.handling is not Handling.REFUSE,
        lambda _: Verdict(NextAction.REPLY, "thanks.answered"),
    ),
    (lambda s: not s.confident and s.short, _ask("ask.request", "request")),
    (lambda s: not s.confident, _hand_over("unclear")),
    # What reads like a claim and says that no money is wanted is a misreading: an offer would only annoy.
    (lambda s: s.handling is Handling.REFUND and s.refund_unwanted, _ask("ask.request", "request")),
    (lambda s: s.handling is Handling.REFUSE, lambda _: Verdict(NextAction.REFUSE, "refuse")),
    (
        lambda s: s.handling is Handling.THANKS and s.order is OrderState.NOT_GIVEN and s.short,
        lambda _: Verdict(NextAction.REPLY, "thanks"),
    ),
    (lambda s: s.handling in {Handling.THANKS, Handling.PERSON}, _hand_over("needs_person")),
    (lambda s: s.handling is Handling.POLICY and s.grounded, lambda _: Verdict(NextAction.REPLY, "policy")),
    (lambda s: s.handling is Handling.POLICY, _hand_over("no_policy")),
    (lambda s: s.visitor and s.order is OrderState.NOT_GIVEN, _ask("ask.order_and_email", "order_id", "email")),
    (lambda s: s.unproved, _ask("ask.email", "email")),
    (lambda s: s.order is OrderState.NOT_GIVEN, _ask("ask.order_id", "order_id")),
    (lambda s: s.order is OrderState.NOT_FOUND, _ask("ask.order_not_found", "order_id")),
    (lambda s: s.order is OrderState.SEVERAL, _ask("ask.which_order", "which_order")),
    (lambda s: s.handling in BY_ORDER and s.order in AMISS, _look_into),
    (lambda s: s.handling is Handling.ORDER_PROBLEM and s.order is OrderState.DELIVERED, _look_into),
    (lambda s: s.handling in BY_ORDER, _reply("order")),
    (
        lambda s: s.handling in {Handling.ORDER_RETURN, Handling.ORDER_DAMAGE} and s.order is not OrderState.DELIVERED,
        _reply("order"),
    ),
    (lambda s: s.handling is Handling.ORDER_DAMAGE and s.grounded, _reply("damage")),
    (lambda s: s.handling is Handling.ORDER_DAMAGE, _hand_over("no_policy")),
    (
        lambda s: s.handling is Handling.ORDER_RETURN and s.refund is RefundState.ELIGIBLE,
        lambda s: Verdict(NextAction.REPLY, "return.open.partial" if s.partial else "return.open"),
    ),
    (
        lambda s: s.handling is Handling.ORDER_RETURN and s.refund is RefundState.NOT_ELIGIBLE,
        lambda s: Verdict(NextAction.REPLY, "return.closed" if s.partial else f"return.closed.{s.reason_code}"),
    ),
    (
        lambda s: s.handling is Handling.ORDER_CHANGE and s.order is OrderState.PROCESSING,
        _hand_over("change_possible"),
    ),
    (lambda s: s.handling is Handling.ORDER_CHANGE, _reply("change")),
    (lambda s: _due(s) and s.confirmed, _confirm),
    (lambda s: _due(s) and s.awaits_approval, lambda _: Verdict(NextAction.REPLY, "refund.awaits_approval")),
    (lambda s: _due(s), _offer),
    (lambda s: s.handling is Handling.REFUND and s.refund is RefundState.NOT_ELIGIBLE, _decline),
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
