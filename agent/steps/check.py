"""Last: nothing leaves unchecked. One repair with the published texts, then a person; the Decision is built here."""

from collections.abc import Iterator
from contextlib import suppress

from agent.decision import LONGEST_REPLY, Flag
from agent.deps import Deps
from agent.guard import Ledger, ledger_of, own_words, pruned, repeats, sentences, violations
from agent.models.protocol import Brief, Draft, Verdict
from agent.outcome import decision_of
from agent.replies import needed_of, write
from agent.state import State
from agent.steps.draft import brief_of
from agent.taxonomy import TAXONOMY, NextAction
from agent.trace import CheckRefused

HAND_OVER = Verdict(NextAction.ESCALATE, "handover", reason="check_failed")
LONGEST_READ = 4 * LONGEST_REPLY  # characters of a draft that is worth taking apart
# Words of last resort: they claim nothing, so they need no evidence.
LAST_WORDS = Draft("A person takes this over and answers you here.")


def check(state: State, deps: Deps) -> State:
    """Return the Decision: with the model's draft, or what of it may stay, or the published text, or a hand-over."""
    brief = brief_of(state)
    own = _written(brief, deps)
    ledger = _ledger(brief, own)
    for attempt, draft in enumerate(_candidates(state.get("draft"), own, ledger), start=1):
        problems = _problems(draft, brief, ledger)
        if draft is not None and not problems and draft != own:
            problems = _unlike(draft, brief, deps)
        if draft is not None and not problems:
            return {"decision": decision_of(state, deps, brief, draft, (Flag.REPAIRED,) * (attempt > 1))}
        deps.tracer.add(CheckRefused(attempt=attempt, violations=tuple(problems)))
    brief = Brief(brief.reading, brief.classification, HAND_OVER, brief.evidence)
    last = _written(brief, deps)
    if last is None or _problems(last, brief, _ledger(brief, last)):
        last = LAST_WORDS
    return {"decision": decision_of(state, deps, brief, last, (Flag.CHECK_FAILED,)), "verdict": HAND_OVER}


def _candidates(drafted: Draft | None, own: Draft | None, ledger: Ledger) -> Iterator[Draft | None]:
    """Yield the drafts in the order in which they are tried; what is not needed is not made."""
    yield drafted
    yield pruned(drafted, ledger) if drafted is not None and len(drafted.text) <= LONGEST_READ else None
    yield own


def _written(brief: Brief, deps: Deps) -> Draft | None:
    try:
        return write(brief, deps.replies)
    except KeyError:
        return None


def _ledger(brief: Brief, own: Draft | None) -> Ledger:
    published = sentences(own_words(own)) if own is not None else frozenset()
    return ledger_of(brief.evidence, brief.reading, published)


def _problems(draft: Draft | None, brief: Brief, ledger: Ledger) -> list[str]:
    """Return what is wrong with a draft, whoever wrote it."""
    if draft is None:
        return ["no draft"]
    if not draft.text.strip() or len(draft.text) > LONGEST_REPLY:
        return ["length"]
    return [*violations(draft, brief.evidence, ledger), *_inconsistencies(brief)]


def _unlike(draft: Draft, brief: Brief, deps: Deps) -> list[str]:
    """Return what is wrong with a draft that is not the published text: it leaves out, or repeats a prompt."""
    with suppress(KeyError):  # the published text itself may lack its evidence
        if not needed_of(brief, deps.replies).held_by(draft):
            return ["incomplete"]
    return ["prompt"] * repeats(own_words(draft), [prompt.stable for prompt in deps.prompts.values()])


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
