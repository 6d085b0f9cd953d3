"""Whether what a case expects can be true: refunds as the rules say, orders that exist, articles that were in force."""

from collections.abc import Iterator

from pydantic import ValidationError

from agent.taxonomy import LOOK_UPS, NextAction, topic_of
from evals.cases.case import Case
from knowledge.policies import Policy
from tools.orders import order_id_mentions
from tools.records import Order
from tools.refund_rules import refund_rules
from tools.refunds import judge
from tools.tool import CannotJudge


def problems(case: Case, policies: dict[str, Policy]) -> Iterator[str]:
    """Yield what does not fit together, one sentence each."""
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
    yield from _articles(case, policies)


def _dates(case: Case, orders: dict[str, Order]) -> Iterator[str]:
    for order in orders.values():
        for day in (order.placed_on, order.delivered_on):
            if day is not None and day > case.world.day:
                yield f"{order.order_id} happens after the world's day"
        if order.delivered_on is not None and order.delivered_on < order.placed_on:
            yield f"{order.order_id} is delivered before it is placed"


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


def _articles(case: Case, policies: dict[str, Policy]) -> Iterator[str]:
    for id in (*case.expect.cites, *case.expect.never_cites):
        if id not in policies:
            yield f"there is no article {id}"
    for id in case.expect.cites:
        policy = policies.get(id)
        if policy and not (
            policy.valid_from <= case.world.day and (policy.valid_to or case.world.day) >= case.world.day
        ):
            rules = {call.name for call in case.expect.calls}
            if "check_refund_eligibility" not in rules:
                yield f"{id} is not in force on the world's day"
