"""The words, last: citations, facts that must and must not be said."""

import functools
import re
from collections.abc import Iterator, Mapping

from agent.decision import Citation, Decision
from evals.cases.case import Case
from evals.checks.check import Check, judged
from evals.subjects.subject import Answer
from knowledge.policies import Policy, cut, load_policies


def cited(case: Case, answer: Answer) -> Iterator[Check]:
    """Quotes are whole sentences of an article that was in force, and one of the expected articles is quoted."""
    decision, expect = answer.decision, case.expect
    if decision is None:
        return
    wrong = [cause for citation in decision.citations for cause in _wrong(citation, case, decision)]
    yield judged("verbatim", not wrong, "; ".join(wrong))
    ids = {citation.policy_id for citation in decision.citations}
    if expect.cites:
        right = bool(ids & set(expect.cites))
        yield judged("cites", right, f"cites {', '.join(sorted(ids))}" if ids else "cites nothing")
    if expect.never_cites:
        never = sorted(ids & set(expect.never_cites))
        yield judged("never_cites", not never, f"cites {', '.join(never)}")


def said(case: Case, answer: Answer) -> Iterator[Check]:
    """Facts that the customer needs are said, and what must not be said is not."""
    decision, expect = answer.decision, case.expect
    if decision is None:
        return
    reply = _folded(decision.reply)
    missing = [wordings[0] for wordings in expect.says if not any(_folded(one) in reply for one in wordings)]
    if expect.says:
        yield judged("says", not missing, f"does not say {', '.join(missing)}")
    wrong = [one for one in expect.never_says if _folded(one) in reply]
    if expect.never_says:
        yield judged("never_says", not wrong, f"says {', '.join(wrong)}")


@functools.cache
def passages_by_section() -> Mapping[tuple[str, str], str]:
    """Return all text of each section of each article, by article id and heading."""
    texts: dict[tuple[str, str], str] = {}
    for policy in articles().values():
        for passage in cut(policy):
            key = (passage.policy_id, passage.section)
            texts[key] = f"{texts.get(key, '')} {passage.text}".strip()
    return texts


@functools.cache
def articles() -> Mapping[str, Policy]:
    """Return each article by its id."""
    return {policy.id: policy for policy in load_policies()}


def _wrong(citation: Citation, case: Case, decision: Decision) -> Iterator[str]:
    text = passages_by_section().get((citation.policy_id, citation.section), "")
    if not _whole_sentences(citation.quote, text):
        yield "a quote that no article holds"
    elif citation.quote not in decision.reply:
        yield "a quote that the reply does not hold"
    elif not _in_force(articles()[citation.policy_id], case, decision):
        yield f"cites {citation.policy_id}, which is not in force"


def _whole_sentences(quote: str, text: str) -> bool:
    """A word or two lifted out of an article would hide a claim of one's own from the other checks."""
    before, found, after = text.partition(quote) if quote.strip() else ("", "", "")
    starts = not before or bool(re.search(r"[.!?] $", before))
    return bool(found) and starts and quote.endswith((".", "!", "?")) and (not after or after.startswith(" "))


def _in_force(policy: Policy, case: Case, decision: Decision) -> bool:
    """An article that states a rule also holds for an order that was placed under it."""
    days = [case.world.day]
    if policy.rules and decision.order is not None:
        days += [order.placed_on for order in case.world.orders if order.id == decision.order.order_id]
    return any(policy.valid_from <= day and (policy.valid_to is None or day <= policy.valid_to) for day in days)


def _folded(text: str) -> str:
    return " ".join(text.lower().split())
