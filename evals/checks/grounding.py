"""Whether each sentence of a reply has something to stand on. Written apart from the guard, so that it can catch it.

Three grounds: a quote of this run, the facts of this run's tools, and the published texts. A sentence that claims a
figure or money without any of them is unsupported. One in free words that claims neither can't be judged by code.
"""

import functools
import re
from collections.abc import Iterator, Sequence

from agent.decision import Decision
from agent.replies import load_replies
from evals.cases.case import Case
from evals.checks.check import Check, judged
from evals.checks.words import policy_titles
from evals.subjects.subject import Answer
from tools.money import Money
from tools.orders import ORDER_ID_FORM
from tools.refund_rules import refund_rules
from tools.refunds import judge

_FIGURE = re.compile(r"\d(?:[\d.,:/-]*\d)?")
_MONEY = re.compile(
    r"\b(?:refund\w*|reimburs\w*|money back|compensat\w*|credit(?:ed|s)?\b|discount\w*|voucher\w*|free of charge"
    r"|waive\w*|erstatt\w*|rembours\w*|reembols\w*|rimbors\w*)",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n+")
_BLANK = re.compile(r"\\\$(?:\\\{)?\w+(?:\\\})?")


def grounded(case: Case, answer: Answer) -> Iterator[Check]:
    """One check a reply: no unsupported claim; None where a sentence is in free words that code can't judge."""
    if answer.decision is None:
        return
    known = known_figures(case, answer.decision)
    grounds = {_ground(sentence, answer.decision, known) for sentence in own_sentences(answer.decision)}
    if "none" in grounds:
        yield judged("grounded", False, "unsupported claim")
    elif "unknown" in grounds:
        yield Check(name="grounded", passed=None, cause="free words")
    else:
        yield judged("grounded", True, "")


def own_sentences(decision: Decision) -> list[str]:
    """Return the sentences of a reply that are not quoted."""
    own = decision.reply
    for citation in decision.citations:
        own = own.replace(citation.quote, "\n")
    return [sentence.strip() for sentence in _SENTENCE_END.split(own) if sentence.strip()]


def _ground(sentence: str, decision: Decision, known: set[str]) -> str:
    if set(_FIGURE.findall(sentence)) - known:
        return "none"
    published = any(form.fullmatch(sentence) for form in _published(decision.prompts.get("replies", "")))
    if _MONEY.search(sentence) and not published and not (decision.refund and decision.refund.eligible):
        return "none"
    return "text" if published else "unknown"


def known_figures(case: Case, decision: Decision) -> set[str]:
    """Return the figures that the reply may hold: of the order that it is about, its judgement and what it cites."""
    titles = policy_titles()
    facts: list[object] = [ORDER_ID_FORM, *(call.arguments.get("order_id", "") for call in decision.tool_calls)]
    facts += [titles.get(citation.policy_id, "") for citation in decision.citations]
    own = [order for order in case.world.records() if decision.order and order.order_id == decision.order.order_id]
    for order in own:
        facts += [order.placed_on, order.shipped_on, order.expected_on, order.delivered_on]
        facts += _amounts(order.currency, order.paid_minor, order.refunded_minor)
        if decision.refund is not None:
            judgement = judge(order, case.world.day, refund_rules())
            facts += [judgement.last_day, judgement.rule_id, *_amounts(order.currency, judgement.amount_minor)]
    return {figure for fact in facts for figure in _FIGURE.findall(str(fact))}


def _amounts(currency: str, *minors: int) -> list[str]:
    return [Money(amount_minor=minor, currency=currency).text() for minor in minors]


@functools.cache
def _published(version: str) -> Sequence[re.Pattern[str]]:
    """Return the forms of all sentences of a version of the reply texts; a blank stands for anything."""
    try:
        texts = load_replies(version).texts
    except OSError:
        return ()
    sentences = {
        sentence.strip()
        for paragraphs in texts.values()
        for paragraph in paragraphs
        for sentence in _SENTENCE_END.split(paragraph.removeprefix("? "))
        if sentence.strip()
    }
    return [re.compile(_BLANK.sub(".+?", re.escape(sentence)), re.DOTALL) for sentence in sorted(sentences)]
