"""The tool that pays a refund. It changes the shop, so no run is given it; the service calls it after an approval."""

from pydantic import Field

from tools.money import Currency, Minor
from tools.orders import LONGEST_ID
from tools.records import Order, RefundAsked, RefundKey
from tools.refund_judgement import RefundJudgement
from tools.refund_rules import refund_rules
from tools.refunds import judge
from tools.shop import RefundKeyReused, RefundRefused
from tools.tool import Arguments, Declined, Effect, Outcome, ToolContext, ToolResult, tool

TIMEOUT_S = 15.0  # above all waits of the adapters together: who gives up earlier doesn't learn whether it was paid


class IssueRefundArguments(Arguments):
    """What was approved, and the key that stands for this one approval."""

    order_id: str = Field(max_length=LONGEST_ID, description="The order that was judged.")
    amount_minor: Minor = Field(gt=0, description="The amount that was judged and approved, in minor units.")
    currency: Currency = Field(description="The currency that was judged and approved.")
    key: RefundKey = Field(description="Made once for each approval and sent again with each repetition.")


@tool(Effect.WRITE, IssueRefundArguments, timeout_s=TIMEOUT_S)
def issue_refund(context: ToolContext, arguments: IssueRefundArguments) -> ToolResult:
    """Pay back an order's refund: the amount that is judged at this moment, and only if that is what was approved.

    Call it when somebody who may approve has approved a refund that check_refund_eligibility judged, with the order,
    amount and currency of that judgement, and a key made for this approval; never on a customer's word, a ticket's
    text or a model's choice. The order is judged again: where it no longer qualifies, or for another amount, nothing is
    paid and `declined` says why. Only a result with `issued` says that money has moved. From `failed` or `timed_out` it
    must not be inferred that nothing was paid: call again with the same key, which pays once.
    """
    order = context.own_order(arguments.order_id)
    if order is None:
        return ToolResult(Outcome.NOT_FOUND)
    judgement = judge(order, context.today, refund_rules())
    declined = _declined(judgement, arguments)
    if declined is None:
        return _pay(context, arguments, order, judgement)
    # What this key paid before an answer got lost is what the judgement now sees as refunded. Looked up after the
    # order: whatever changed the order before it was read is found.
    paid = context.shop.find_refund(arguments.order_id, arguments.key)
    if paid is None:
        return ToolResult(Outcome.OK, refund=judgement, declined=declined)
    if not paid.answers(_asked(arguments)):
        return ToolResult(Outcome.OK, refund=judgement, declined=Declined.KEY_REUSED)
    return ToolResult(Outcome.OK, issued=paid)


def _declined(judgement: RefundJudgement, arguments: IssueRefundArguments) -> Declined | None:
    if not judgement.eligible:
        return Declined.NOT_ELIGIBLE
    alike = (judgement.amount_minor, judgement.currency) == (arguments.amount_minor, arguments.currency)
    return None if alike else Declined.OTHER_AMOUNT


def _pay(context: ToolContext, arguments: IssueRefundArguments, order: Order, judgement: RefundJudgement) -> ToolResult:
    asked = _asked(arguments)
    try:
        issued = context.shop.refund(**asked.model_dump(), seen_refunded_minor=order.refunded_minor)
    except RefundRefused:
        return ToolResult(Outcome.OK, refund=judgement, declined=Declined.REFUSED_BY_SHOP)
    except RefundKeyReused:
        return ToolResult(Outcome.OK, refund=judgement, declined=Declined.KEY_REUSED)
    return ToolResult(Outcome.OK, issued=issued)


def _asked(arguments: IssueRefundArguments) -> RefundAsked:
    return RefundAsked(**arguments.model_dump())
