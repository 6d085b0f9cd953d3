"""What this run's evidence allows a reply to say: whole sentences, order numbers, and facts by their blank's name."""

from collections.abc import Mapping
from dataclasses import dataclass

from agent.evidence import Evidence
from agent.models.protocol import Reading
from tools.money import Money
from tools.records import Order, OrderStatus


@dataclass(frozen=True)
class Ledger:
    """`facts` are of the one order that was found: its days, what was paid, and what was refunded, each as text.

    `published` are the sentences that the published texts make of this evidence.
    """

    facts: Mapping[str, str]
    order_ids: frozenset[str]
    published: frozenset[str]


def ledger_of(evidence: Evidence, reading: Reading, published: frozenset[str]) -> Ledger:
    """Return the ledger of a run."""
    facts = _facts(evidence.orders[0]) if len(evidence.orders) == 1 else {}
    return Ledger(facts, frozenset({order.order_id for order in evidence.orders} | set(reading.order_ids)), published)


def _facts(order: Order) -> dict[str, str]:
    days = {
        "placed_on": order.placed_on,
        "shipped_on": order.shipped_on,
        "expected_on": order.expected_on,
        "delivered_on": order.delivered_on,
    }
    facts = {name: day.isoformat() for name, day in days.items() if day is not None}
    facts["order_id"] = order.order_id
    if order.refunded_minor > 0:  # before what was paid: where both are the same, it is this that may be said
        facts["refunded_amount"] = _amount(order.refunded_minor, order)
    facts["paid_amount"] = _amount(order.paid_minor, order)
    # Named by its status, so that a form can ask for it: what is on its way is neither delivered nor lost.
    return facts | {f"is_{order.status.value}": ""} if order.status in OrderStatus else facts


def _amount(minor: int, order: Order) -> str:
    return Money(amount_minor=minor, currency=order.currency).text()
