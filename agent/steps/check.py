"""Last: nothing leaves unchecked. One repair with the published texts, then a person; the Decision is built here."""

from agent.decision import (
    LONGEST_REPLY,
    Alternative,
    Citation,
    Decision,
    Escalation,
    Flag,
    FollowUp,
    OrderView,
    RefundView,
    Usage,
)
from agent.deps import Deps
from agent.evidence import Evidence
from agent.guard import own_words, repeats, sentences, violations
from agent.ledger import ledger_of
from agent.models.prompts import versions
from agent.models.protocol import Brief, Draft, Verdict
from agent.models.spending import Tokens
from agent.replies import statement_of, write
from agent.responsibility import priority_of, team_of
from agent.state import State
from agent.steps.draft import brief_of
from agent.taxonomy import TAXONOMY, NextAction
from agent.trace import CheckRefused, ModelCalled

HAND_OVER = Verdict(NextAction.ESCALATE, "handover", reason="check_failed")
# Words of last resort: they claim nothing, so they need no evidence.
LAST_WORDS = Draft("A person takes this over and answers you here.")


def check(state: State, deps: Deps) -> State:
    """Return the Decision: the model's draft where it holds, else the published text, else a hand-over."""
    brief = brief_of(state)
    own = _written(brief, deps)
    needed = _needed(brief, deps)
    prompts = [prompt.stable for prompt in deps.prompts.values()]
    for attempt, draft in enumerate((state.get("draft"), own), start=1):
        problems = _problems(draft, brief, own, needed)
        if draft is not None and not problems and draft is not own and repeats(own_words(draft), prompts):
            problems = ["prompt"]
        if draft is not None and not problems:
            flags = (Flag.REPAIRED,) * (attempt > 1)
            return {"decision": _decision(state, deps, brief, draft, flags)}
        deps.tracer.add(CheckRefused(attempt=attempt, violations=tuple(problems)))
    brief = Brief(brief.reading, brief.classification, HAND_OVER, brief.evidence)
    last = _written(brief, deps)
    if last is None or _problems(last, brief, last, ""):
        last = LAST_WORDS
    return {"decision": _decision(state, deps, brief, last, (Flag.CHECK_FAILED,)), "verdict": HAND_OVER}


def _written(brief: Brief, deps: Deps) -> Draft | None:
    try:
        return write(brief, deps.replies)
    except KeyError:
        return None


def _needed(brief: Brief, deps: Deps) -> str | None:
    """Return what any reply to this has to say: the published statement, or, where that is "", what a passage says."""
    try:
        return statement_of(brief, deps.replies)
    except KeyError:
        return None


def _problems(draft: Draft | None, brief: Brief, own: Draft | None, needed: str | None) -> list[str]:
    """Return what is wrong with a draft; see `_needed` for what it has to hold."""
    if draft is None:
        return ["no draft"]
    if draft is not own and needed is not None and not _says(draft, needed):
        return ["incomplete"]
    if not draft.text.strip() or len(draft.text) > LONGEST_REPLY:
        return ["length"]
    published = sentences(own_words(own)) if own is not None else frozenset()
    ledger = ledger_of(brief.evidence, brief.reading, published)
    return [*violations(draft, brief.evidence, ledger), *_inconsistencies(brief)]


def _says(draft: Draft, needed: str) -> bool:
    return all(paragraph in draft.text for paragraph in needed.split("\n\n")) if needed else bool(draft.quotes)


def _inconsistencies(brief: Brief) -> list[str]:
    """Return what does not fit together whatever the words say."""
    action, judged = brief.verdict.action, brief.evidence.refund
    found = []
    if action not in TAXONOMY[brief.classification.category].actions:
        found.append("action not allowed for the category")
    if action is NextAction.OFFER_REFUND and not (judged and judged[0].eligible and judged[0].amount_minor > 0):
        found.append("offer without eligibility")
    if action is NextAction.DECLINE_REFUND and (judged is None or judged[0].eligible):
        found.append("decline without judgement")
    if Flag.REFUND_CONFIRMED in brief.verdict.flags and not (judged and judged[0].eligible):
        found.append("confirmation without eligibility")
    if judged and [judged[0].order_id] != [order.order_id for order in brief.evidence.orders]:
        found.append("judgement of another order")
    return found


def _decision(state: State, deps: Deps, brief: Brief, draft: Draft, flags: tuple[Flag, ...]) -> Decision:
    ticket, classification, verdict = state["ticket"], brief.classification, brief.verdict
    escalated = verdict.action is NextAction.ESCALATE
    return Decision(
        ticket_id=ticket.ticket_id,
        conversation_id=ticket.conversation_id,
        category=classification.category,
        confidence=classification.confidence,
        alternatives=[Alternative(category=name, confidence=share) for name, share in classification.alternatives],
        priority=priority_of(brief),
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
        usage=_usage(deps),
        latency_ms=0.0,
        trace_id=deps.tracer.trace_id,
    )


def _usage(deps: Deps) -> Usage:
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
