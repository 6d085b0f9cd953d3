"""Fifth: what is known is put together and looked up in the decision table."""

import dataclasses
from datetime import date

from agent.answer import Answer
from agent.decision import Flag
from agent.decision_table import OrderState, RefundState, Situation, verdict
from agent.deps import Deps
from agent.evidence import Evidence
from agent.language import SPOKEN
from agent.models.protocol import Reading
from agent.state import State
from agent.steps.look_up import unproved
from agent.taxonomy import topic_of
from agent.thread import Offer
from tools.records import Order, OrderStatus


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
    alone = Situation(
        handling=handling,
        order=_order_state(evidence, deps.today, named=len(reading.order_ids)),
        refund=_refund_state(judged.eligible if judged else None),
        refunded=any(order.refunded_minor > 0 for order in evidence.orders),
        partial=judged.partial if judged else False,
        grounded=bool(evidence.passages),
        confident=classification.confidence >= thresholds.confident,
        short=len(reading.ticket.text) <= thresholds.short_ticket,
        spoken=reading.language == SPOKEN,
        wants_human=Flag.WANTS_HUMAN in reading.signals,
        legal_threat=Flag.LEGAL_THREAT in reading.signals,
        refund_unwanted=Flag.REFUND_UNWANTED in reading.signals,
        safety_risk=Flag.SAFETY_RISK in reading.signals,
        threatens_violence=Flag.THREATENS_VIOLENCE in reading.signals,
        self_harm=Flag.SELF_HARM in reading.signals,
        tool_failed=evidence.tool_failed,
        reason_code=judged.reason_code.value if judged else "",
    )
    return _in_its_thread(alone, reading, evidence, deps)


def _in_its_thread(alone: Situation, reading: Reading, evidence: Evidence, deps: Deps) -> Situation:
    """Return the situation with what the thread and the one who asks add to it."""
    visitor = reading.ticket.visitor and deps.identity.customer_id is None
    seen = dataclasses.replace(alone, visitor=visitor, unproved=unproved(reading, deps))
    thread, due = reading.ticket.thread, _due(evidence)
    if thread is None:
        return seen
    return dataclasses.replace(
        seen,
        confirmed=reading.answer is Answer.CONFIRMS and due is not None and due == thread.offer,
        awaits_approval=due is not None and due == thread.confirmed,
        offer_declined=reading.answer is Answer.DECLINES,
        cannot_say=reading.answer is Answer.CANNOT_SAY,
        thanked=reading.answer is Answer.THANKS,
        asked_out=thread.asked_out(),
    )


def _due(evidence: Evidence) -> Offer | None:
    """Return the refund that is due by this run's judgement, as it would be offered."""
    judged = evidence.refund
    if judged is None or not judged[0].eligible or judged[0].amount_minor <= 0:
        return None
    return Offer(order_id=judged[0].order_id, amount_minor=judged[0].amount_minor, currency=judged[0].currency)


def _order_state(evidence: Evidence, today: date, *, named: int) -> OrderState:
    if named > 1:
        return OrderState.SEVERAL
    if not evidence.orders:
        return OrderState.NOT_FOUND if named else OrderState.NOT_GIVEN
    order = evidence.orders[0]
    return OrderState.OVERDUE if _overdue(order, today) else OrderState(order.status.value)


def _overdue(order: Order, today: date) -> bool:
    return order.status is OrderStatus.SHIPPED and order.expected_on is not None and today > order.expected_on


def _refund_state(eligible: bool | None) -> RefundState:
    if eligible is None:
        return RefundState.NOT_JUDGED
    return RefundState.ELIGIBLE if eligible else RefundState.NOT_ELIGIBLE
