"""Changes of a ticket or its world under which the decision must change, and how."""

import random
from collections.abc import Callable
from datetime import timedelta

from agent.decision import Decision
from agent.taxonomy import NextAction
from evals.cases.case import Case
from evals.cases.world import WorldOrder
from tools.refund_rules import refund_rules
from tools.refunds import judge

Changed = tuple[Case, Callable[[Decision], bool]]  # the new case, and what must hold of its Decision
LONG_AFTER = timedelta(days=400)
STRANGER = "C-9001"


def negated(case: Case, draw: random.Random) -> Changed | None:
    """The customer wants no money but a replacement: nothing is offered, and it is no claim."""
    if case.before or NextAction.OFFER_REFUND not in case.expect.action:
        return None
    order_id = case.expect.calls[0].order_id
    words = draw.choice(
        (
            "I do not want a refund for {}. I want a replacement for the broken one.",
            "No refund please! Just send me a new one in place of the damaged item, order {}.",
            "Please don't give me my money back for {}, I would rather swap it for another size.",
            "My order {}: I am not asking for a refund, I want to exchange it.",
        )
    )
    text = words.format(order_id)
    changed = case.model_copy(update={"text": text, "filler": None})
    return changed, lambda decision: decision.next_action is not NextAction.OFFER_REFUND


def other_amount(case: Case, draw: random.Random) -> Changed | None:
    """The order cost something else: the amount follows."""
    order = _judged(case)
    if order is None or not (case.expect.refund and case.expect.refund.eligible):
        return None
    more = draw.randrange(100, 5000)
    lines = tuple(line.model_copy(update={"price_minor": line.price_minor * 2 + more}) for line in order.lines)
    changed = _with_order(case, order.model_copy(update={"lines": lines}))
    return changed, _judged_as_the_rules_say(changed)


def after_the_window(case: Case, draw: random.Random) -> Changed | None:
    """It is long after: what had a window is not eligible any more."""
    refund = case.expect.refund
    if _judged(case) is None or refund is None or not refund.reason_code.value.endswith("within_window"):
        return None
    changed = case.model_copy(update={"world": case.world.model_copy(update={"day": case.world.day + LONG_AFTER})})
    return (
        changed,
        lambda decision: (
            decision.next_action is not NextAction.OFFER_REFUND and _judged_as_the_rules_say(changed)(decision)
        ),
    )


def other_customer(case: Case, draw: random.Random) -> Changed | None:
    """Somebody else asks: the order is not shown and nothing is judged."""
    owner = case.world.customer
    if owner is None or not case.expect.calls:
        return None
    orders = tuple(order.model_copy(update={"customer": order.customer or owner}) for order in case.world.orders)
    world = case.world.model_copy(update={"customer": STRANGER, "orders": orders})
    return (
        case.model_copy(update={"world": world}),
        lambda decision: (
            decision.order is None
            and decision.refund is None
            and decision.next_action not in {NextAction.OFFER_REFUND, NextAction.DECLINE_REFUND}
        ),
    )


CHANGING: dict[str, Callable[[Case, random.Random], Changed | None]] = {
    "negation": negated,
    "other amount": other_amount,
    "date past the window": after_the_window,
    "other customer": other_customer,
}


def _judged(case: Case) -> WorldOrder | None:
    """Return the order whose refund the case expects to be judged."""
    ids = {call.order_id for call in case.expect.calls}
    return next((order for order in case.world.orders if case.expect.refund and order.id in ids), None)


def _with_order(case: Case, order: WorldOrder) -> Case:
    orders = tuple(order if one.id == order.id else one for one in case.world.orders)
    return case.model_copy(update={"world": case.world.model_copy(update={"orders": orders})})


def _judged_as_the_rules_say(case: Case) -> Callable[[Decision], bool]:
    wanted = {call.order_id for call in case.expect.calls}
    order = next(order for order in case.world.records() if order.order_id in wanted)
    right = judge(order, case.world.day, refund_rules())

    def holds(decision: Decision) -> bool:
        refund = decision.refund
        return refund is not None and (refund.eligible, refund.amount_minor) == (right.eligible, right.amount_minor)

    return holds
