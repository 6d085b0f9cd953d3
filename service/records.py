"""Turns what a run returned into the rows that are kept of it."""

import json
import secrets
from datetime import datetime

from agent.decision import Decision, Flag
from agent.taxonomy import NextAction, Priority
from agent.trace import PassageFound, StepDone, Trace
from knowledge.policies import Passage
from service.store.tables import CaseRow, DecisionRow, ProposalRow, TraceRow

_RANKS = {priority: rank for rank, priority in enumerate(reversed(Priority))}


def decision_row(decision: Decision, trace: Trace, channel: str, now: datetime) -> DecisionRow:
    """Return the row of a Decision; its body is what is answered."""
    return DecisionRow(
        ticket_id=decision.ticket_id,
        conversation_id=decision.conversation_id,
        trace_id=decision.trace_id,
        channel=channel,
        category=decision.category,
        priority=decision.priority.value,
        next_action=decision.next_action.value,
        latency_ms=decision.latency_ms,
        release=decision.release,
        confidence=decision.confidence,
        unsure=Flag.LOW_CONFIDENCE in decision.flags,
        cost_usd=decision.usage.cost_usd,
        steps_ms=json.dumps(steps_ms(trace)),
        created_at=now,
        body=decision.model_dump_json(),
    )


def steps_ms(trace: Trace) -> dict[str, float]:
    """Return how long each step took, in milliseconds; what was done twice counts twice."""
    taken: dict[str, float] = {}
    for event in trace.events:
        if isinstance(event, StepDone):
            taken[event.step] = round(taken.get(event.step, 0.0) + event.duration_ms, 3)
    return taken


def trace_row(trace: Trace, now: datetime) -> TraceRow:
    """Return the row of a trace."""
    return TraceRow(trace_id=trace.trace_id, ticket_id=trace.ticket_id, created_at=now, body=trace.model_dump_json())


def case_row(decision: Decision, facts: str, now: datetime, *, waiting: bool = False) -> CaseRow:
    """Return the case that a Decision makes for a person: an escalation, or a refund to approve."""
    refund = decision.next_action is NextAction.OFFER_REFUND
    return CaseRow(
        id=f"E-{secrets.token_hex(12)}",
        conversation_id=decision.conversation_id,
        ticket_id=decision.ticket_id,
        kind="refund" if refund else "escalation",
        state="waiting" if waiting else "open",
        team=decision.escalation.team.value if decision.escalation else "",
        category=decision.category,
        priority=decision.priority.value,
        rank=rank_of(decision.priority),
        next_action=decision.next_action.value,
        reason=decision.escalation.reason if decision.escalation else "refund",
        facts=facts,
        created_at=now,
        updated_at=now,
    )


def proposal_row(decision: Decision, case: CaseRow, customer_id: str | None, now: datetime) -> ProposalRow:
    """Return the refund that a Decision offers; raises ValueError for one that offers none."""
    refund, order = decision.refund, decision.order
    if decision.next_action is not NextAction.OFFER_REFUND or refund is None or order is None:
        raise ValueError("no refund is offered")
    return ProposalRow(
        id=f"R-{secrets.token_hex(12)}",
        case_id=case.id,
        conversation_id=decision.conversation_id,
        order_id=order.order_id,
        customer_id=customer_id,
        amount_minor=refund.amount_minor,
        currency=refund.currency,
        reason_code=refund.reason_code.value,
        evidence_id=refund.evidence_id,
        state="offered",
        created_at=now,
        updated_at=now,
    )


def facts_of(decision: Decision, trace: Trace, passages: dict[str, Passage]) -> str:
    """Return all that was found, as JSON: what a person needs who takes the case over."""
    found = {event.passage_id: event.score for event in trace.events if isinstance(event, PassageFound)}
    return json.dumps(
        {
            "decision": decision.model_dump(mode="json"),
            "passages": [
                {"passage_id": id, "score": score, "text": passages[id].text}
                for id, score in found.items()
                if id in passages
            ],
        }
    )


def rank_of(priority: Priority) -> int:
    """Return 0 for the most urgent."""
    return _RANKS[priority]
