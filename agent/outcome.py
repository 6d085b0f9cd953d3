"""Builds the Decision of a run from what its steps have found, once there are words that may leave."""

from agent.decision import Alternative, Citation, Decision, Escalation, Flag, FollowUp, OrderView, RefundView, Usage
from agent.deps import Deps
from agent.evidence import Evidence
from agent.models.prompts import versions
from agent.models.protocol import Brief, Draft
from agent.models.spending import Tokens
from agent.responsibility import priority_of, team_of
from agent.state import State
from agent.taxonomy import NextAction
from agent.trace import ModelCalled


def decision_of(state: State, deps: Deps, brief: Brief, draft: Draft, flags: tuple[Flag, ...]) -> Decision:
    """Return the Decision; `flags` are those of the check."""
    ticket, classification, verdict = state["ticket"], brief.classification, brief.verdict
    escalated = verdict.action is NextAction.ESCALATE
    return Decision(
        ticket_id=ticket.ticket_id,
        conversation_id=ticket.conversation_id,
        category=classification.category,
        confidence=classification.confidence,
        alternatives=[Alternative(category=name, confidence=share) for name, share in classification.alternatives],
        priority=priority_of(classification, brief.reading.signals, verdict.at_least),
        next_action=verdict.action,
        reply=draft.text,
        language=brief.reading.language,
        follow_up=FollowUp(asks_for=list(verdict.asks_for)) if verdict.asks_for else None,
        escalation=Escalation(team=team_of(brief), reason=verdict.reason) if escalated else None,
        order=_order(brief.evidence),
        refund=_refund(brief.evidence),
        citations=_citations(brief.evidence, draft),
        tool_calls=[piece.call for piece in brief.evidence.tools],
        flags=_flags(state, brief, flags),
        release=deps.release.id,
        model=deps.model.name,
        prompts=versions(deps.replies, deps.prompts),
        usage=usage_of(deps),
        latency_ms=0.0,
        trace_id=deps.tracer.trace_id,
    )


def usage_of(deps: Deps) -> Usage:
    """Add up what the acts of this run took; what a server did not tell has no known cost."""
    acts = [event for event in deps.tracer.events if isinstance(event, ModelCalled) and event.calls]
    if not acts:
        return Usage()
    tokens = Tokens(
        sum(act.input_tokens for act in acts),
        sum(act.cached_tokens for act in acts),
        sum(act.output_tokens for act in acts),
    )
    cost = None if any(act.uncounted for act in acts) else deps.price.cost(tokens)
    return Usage(
        input_tokens=tokens.input,
        cached_tokens=tokens.cached,
        output_tokens=tokens.output,
        llm_calls=sum(act.calls for act in acts),
        retries=sum(act.retries for act in acts),
        cost_usd=None if cost is None else round(cost, 8),
    )


def _flags(state: State, brief: Brief, own: tuple[Flag, ...]) -> list[Flag]:
    nothing_found = (Flag.NO_POLICY_FOUND,) * (not brief.evidence.passages)
    return list(dict.fromkeys((*state.get("flags", ()), *nothing_found, *brief.verdict.flags, *own)))


def _order(evidence: Evidence) -> OrderView | None:
    if len(evidence.orders) != 1:
        return None
    order = evidence.orders[0]
    return OrderView(
        order_id=order.order_id,
        status=order.status,
        placed_on=order.placed_on,
        expected_on=order.expected_on,
        delivered_on=order.delivered_on,
        paid_minor=order.paid_minor,
        refunded_minor=order.refunded_minor,
        currency=order.currency,
    )


def _refund(evidence: Evidence) -> RefundView | None:
    if evidence.refund is None:
        return None
    judgement, evidence_id = evidence.refund
    return RefundView(
        eligible=judgement.eligible,
        amount_minor=judgement.amount_minor,
        currency=judgement.currency,
        reason_code=judgement.reason_code,
        evidence_id=evidence_id,
    )


def _citations(evidence: Evidence, draft: Draft) -> list[Citation]:
    passages = {found.passage.id: found for found in evidence.passages}
    return [
        Citation(
            policy_id=passages[quote.passage_id].passage.policy_id,
            section=passages[quote.passage_id].passage.section,
            quote=quote.text,
            score=round(passages[quote.passage_id].score, 4),
        )
        for quote in draft.quotes
    ]
