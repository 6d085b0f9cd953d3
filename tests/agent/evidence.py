"""Evidence as tools and retrieval would return it, for tests of what is made of it."""

from datetime import date

from agent.decision import ToolCall
from agent.evidence import Evidence, ToolEvidence
from agent.models.protocol import Brief, Classification, Reading, Verdict
from agent.taxonomy import NextAction
from agent.ticket import Ticket
from knowledge.policies import Passage
from knowledge.search import Found
from tools.demo_shop.seed import SHOP_DAY, seeded_orders
from tools.records import Order
from tools.refund_judgement import RefundJudgement
from tools.refund_rules import refund_rules
from tools.refunds import judge
from tools.tool import Outcome, ToolResult

ORDERS = {order.order_id: order for order in seeded_orders()}
QUOTE = "Goods may be sent back within 30 days after delivery."


def passage(text: str = QUOTE, id: str = "returns.1", rules: tuple[str, ...] = ()) -> Found:
    """Return a retrieved passage."""
    policy_id = id.rpartition(".")[0]
    return Found(
        Passage(
            id=id,
            policy_id=policy_id,
            title="Returns",
            section="How long",
            text=text,
            category="return_exchange",
            rules=rules,
            valid_from=date(2026, 1, 1),
            valid_to=None,
        ),
        0.7,
    )


def call(number: int, name: str, order_id: str, result: ToolResult) -> ToolEvidence:
    """Return a call that was made."""
    made = ToolCall(
        id=f"call-{number}", name=name, arguments={"order_id": order_id}, outcome=result.outcome, duration_ms=1.0
    )
    return ToolEvidence(made, result)


def judged(order: Order) -> RefundJudgement:
    """Return the shop day's judgement of an order."""
    return judge(order, SHOP_DAY, refund_rules())


def evidence_of(order: Order, *, refund: bool = True) -> Evidence:
    """Return what a run finds about an order, with a passage that states the rule that decided."""
    judgement = judged(order)
    calls = [call(1, "look_up_order", order.order_id, ToolResult(Outcome.OK, order=order))]
    if refund:
        result = ToolResult(Outcome.OK, refund=judgement)
        calls.append(call(2, "check_refund_eligibility", order.order_id, result))
    return Evidence((passage(rules=(judgement.rule_id,)),), tuple(calls))


def brief_for(
    evidence: Evidence, action: NextAction, reply: str, category: str = "refund_request", topic: str = "claim"
) -> Brief:
    """Return a brief for words about this evidence."""
    ids = tuple(order.order_id for order in evidence.orders)
    reading = Reading(Ticket.of("I want my money back"), "en", ids, ())
    classification = Classification(category, topic, 0.9, (("return_exchange", 0.05), ("cancellation", 0.03)))
    return Brief(reading, classification, Verdict(action, reply), evidence)
