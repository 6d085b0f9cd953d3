"""Whether what a case expects can be true: refunds as the rules say, orders that can be, articles in force."""

from collections import Counter
from collections.abc import Iterator
from datetime import date

from pydantic import ValidationError

from agent.taxonomy import LOOK_UPS, NextAction, topic_of
from evals.cases.case import Case
from knowledge.plain_text import is_blank, plain
from knowledge.policies import Policy
from tools.orders import order_id_mentions
from tools.records import Order
from tools.refund_rules import refund_rules
from tools.refunds import judge
from tools.tool import CannotJudge


def problems(case: Case, policies: dict[str, Policy]) -> Iterator[str]:
    """Yield what does not fit together, one sentence each."""
    if is_blank(plain(case.full_text())) is not case.expect.rejected:
        yield "a ticket is refused at the door when it is empty, and only then"
    if case.expect.rejected:
        return
    try:
        orders = {order.order_id: order for order in case.world.records()}
    except ValidationError as problem:
        yield f"an order does not fit together: {problem.errors()[0]['msg']}"
        return
    yield from _dates(case, orders)
    yield from _calls(case)
    yield from _refund(case, orders)
    yield from _articles(case, orders, policies)


def _dates(case: Case, orders: dict[str, Order]) -> Iterator[str]:
    for id, count in Counter(order.id for order in case.world.orders).items():
        if count > 1:
            yield f"there are {count} orders {id}"
    for order in orders.values():
        days = [day for day in (order.placed_on, order.shipped_on, order.delivered_on) if day is not None]
        if max(days) > case.world.day:
            yield f"{order.order_id} happens after the world's day"
        if days != sorted(days):
            yield f"{order.order_id} is not placed, shipped and delivered in this order"


def _calls(case: Case) -> Iterator[str]:
    expect = case.expect
    needed = LOOK_UPS.get(topic_of(expect.category, expect.topic).handling, ())
    words = [case.full_text(), case.order_id or "", *case.metadata.values(), *(turn.customer for turn in case.before)]
    named = {case.order_id, *(id for text in words for id in order_id_mentions(text))}
    for call in expect.calls:
        if call.name not in needed:
            yield f"{call.name} is not a look-up of {expect.category}/{expect.topic}"
        if call.order_id not in named:
            yield f"{call.order_id} is looked up and nobody named it"


def _refund(case: Case, orders: dict[str, Order]) -> Iterator[str]:
    expect, judged = case.expect, [call for call in case.expect.calls if call.name == "check_refund_eligibility"]
    if expect.refund is None:
        if any(action in expect.action for action in (NextAction.OFFER_REFUND, NextAction.DECLINE_REFUND)):
            yield "an offer or a decline without the refund expected"
        return
    if len(judged) != 1 or judged[0].order_id not in orders:
        yield "a refund is expected of no order that is judged"
        return
    wrong = NextAction.DECLINE_REFUND if expect.refund.eligible else NextAction.OFFER_REFUND
    if wrong in expect.action:
        yield f"{wrong} although the refund is {'' if expect.refund.eligible else 'not '}eligible"
    order = orders[judged[0].order_id]
    if order.customer_id != case.world.customer:
        yield "a refund is expected for somebody else's order"
    try:
        right = judge(order, case.world.day, refund_rules())
    except CannotJudge:
        yield "no rule judges this order"
        return
    for name, value in expect.refund:
        if getattr(right, name) != value:
            yield f"the rules say {name} {getattr(right, name)}, not {value}"


def _articles(case: Case, orders: dict[str, Order], policies: dict[str, Policy]) -> Iterator[str]:
    """An article holds on the world's day; one that states a rule also for an order that was placed under it."""
    placed = {orders[call.order_id].placed_on for call in case.expect.calls if call.order_id in orders}
    for id in (*case.expect.cites, *case.expect.never_cites):
        if id not in policies:
            yield f"there is no article {id}"
    for id in case.expect.cites:
        policy = policies.get(id)
        if policy is None or _in_force(policy, case.world.day):
            continue
        if not (policy.rules and any(_in_force(policy, day) for day in placed)):
            yield f"{id} is not in force on the world's day"


def _in_force(policy: Policy, day: date) -> bool:
    return policy.valid_from <= day and (policy.valid_to is None or day <= policy.valid_to)
