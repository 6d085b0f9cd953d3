"""The words, last: citations, facts that must and must not be said."""

import functools
from collections.abc import Iterator, Mapping

from evals.cases.case import Case
from evals.checks.check import Check, judged
from evals.subjects.subject import Answer
from knowledge.policies import cut, load_policies


def cited(case: Case, answer: Answer) -> Iterator[Check]:
    """Quotes stand verbatim in an article that was in force, and one of the expected articles is quoted."""
    decision, expect = answer.decision, case.expect
    if decision is None:
        return
    passages = passages_by_section()
    found = [(one.policy_id, one.quote, passages.get((one.policy_id, one.section), "")) for one in decision.citations]
    yield judged("verbatim", all(quote in text for _, quote, text in found), "a quote that no article holds")
    ids = {id for id, _, _ in found}
    if expect.cites:
        right = bool(ids & set(expect.cites))
        yield judged("cites", right, f"cites {', '.join(sorted(ids))}" if ids else "cites nothing")
    if ids & set(expect.never_cites):
        yield judged("never_cites", False, f"cites {', '.join(sorted(ids & set(expect.never_cites)))}")


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
    for policy in load_policies():
        for passage in cut(policy):
            key = (passage.policy_id, passage.section)
            texts[key] = f"{texts.get(key, '')} {passage.text}".strip()
    return texts


@functools.cache
def policy_titles() -> Mapping[str, str]:
    """Return the title of each article by its id."""
    return {policy.id: policy.title for policy in load_policies()}


def _folded(text: str) -> str:
    return " ".join(text.lower().split())
