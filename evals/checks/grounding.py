"""Whether each sentence of a reply has something to stand on. Written apart from the guard, so that it can catch it.

Three grounds: a quote of this run, the facts of this run's tools, and the published texts. A sentence that claims a
figure or money without any of them is unsupported. One in free words that claims neither can't be judged by code.
"""

import re
from collections.abc import Iterator

from agent.decision import Decision
from evals.cases.case import Case
from evals.checks.check import Check, judged
from evals.checks.published import published_forms, sentences_of
from evals.checks.words import articles
from evals.subjects.subject import Answer
from tools.money import Money
from tools.records import Order
from tools.refund_judgement import RefundJudgement
from tools.refund_rules import refund_rules
from tools.refunds import judge
from tools.tool import CannotJudge

_SIGNS = {"EUR": "\u20ac", "GBP": "\u00a3", "USD": "$"}
_CURRENCY = re.compile(
    r"[\u20ac\u00a3$]|(?<![a-z])(?:eur|gbp|usd|chf|jpy|euros?|dollars?|pounds?|cents?)(?![a-z])", re.IGNORECASE
)
_REFUND = re.compile(
    r"\b(?:refund\w*|reimburs\w*|money back|pay\w* back|paid back|erstatt\w*|rembours\w*|reembols\w*|rimbors\w*)",
    re.IGNORECASE,
)
# What no tool of this desk can support, whatever the refund.
_OTHER_MONEY = re.compile(
    r"\b(?:compensat\w*|credit(?:ed|s)?\b|discount\w*|voucher\w*|coupon\w*|free of charge|for free|waive\w*)",
    re.IGNORECASE,
)
# A tool says that an order qualifies. That money has moved or will move is more than it says.
_DONE_OR_PROMISED = re.compile(
    r"\b(?:refunded|reimbursed|paid|sent|transferred|issued|approved|processed|will|shall|going to|guarantee\w*"
    r"|promis\w*)\b|'ll\b",
    re.IGNORECASE,
)


def grounded(case: Case, answer: Answer) -> Iterator[Check]:
    """One check a reply: no unsupported claim; None where a sentence is in free words that code can't judge."""
    if answer.decision is None:
        return
    facts = known_facts(case, answer.decision)
    grounds = {_ground(sentence, answer.decision, facts) for sentence in own_sentences(answer.decision)}
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
        if citation.quote.strip():
            own = own.replace(citation.quote, "\n")
    return sentences_of(own)


def known_facts(case: Case, decision: Decision) -> set[str]:
    """Return what a reply may hold besides words, each as a whole: of its order, the judgement, and titles it cites."""
    facts: list[object] = [call.arguments.get("order_id", "") for call in decision.tool_calls]
    facts += [articles()[one.policy_id].title for one in decision.citations if one.policy_id in articles()]
    for order in _own_orders(case, decision):
        facts += [order.placed_on, order.shipped_on, order.expected_on, order.delivered_on]
        minors = [order.paid_minor, order.refunded_minor]
        if judgement := _judgement(order, case, decision):
            facts += [judgement.last_day, judgement.rule_id]
            minors.append(judgement.amount_minor)
        facts += [text for minor in minors for text in _spellings(Money(amount_minor=minor, currency=order.currency))]
    return {str(fact) for fact in facts if fact}


def _spellings(money: Money) -> tuple[str, ...]:
    number, currency = money.text().split()
    return money.text(), f"{currency} {number}", f"{_SIGNS.get(currency, currency)}{number}"


def _ground(sentence: str, decision: Decision, facts: set[str]) -> str:
    rest = sentence
    for fact in sorted(facts, key=len, reverse=True):
        rest = re.sub(rf"(?<![\w.,-]){re.escape(fact)}(?![\w-]|[.,]\d)", " ", rest)
    if any(character.isnumeric() for character in rest):
        return "none"
    if any(form.fullmatch(sentence) for form in published_forms(decision.prompts.get("replies", ""))):
        return "text"
    return "none" if _claims_money(rest, decision) else "unknown"


def _claims_money(words: str, decision: Decision) -> bool:
    """Say whether free words speak of money in a way that this run's judgement does not support."""
    if _OTHER_MONEY.search(words) or _CURRENCY.search(words):
        return True
    if not _REFUND.search(words):
        return False
    return not (decision.refund and decision.refund.eligible) or bool(_DONE_OR_PROMISED.search(words))


def _own_orders(case: Case, decision: Decision) -> list[Order]:
    """Return the order that the Decision is about, if it is the customer's: nobody may hear of another's."""
    if decision.order is None or case.world.customer is None:
        return []
    about, asks = decision.order.order_id, case.world.customer
    return [order for order in case.world.records() if (order.order_id, order.customer_id) == (about, asks)]


def _judgement(order: Order, case: Case, decision: Decision) -> RefundJudgement | None:
    """Return what the tool says of the order, where the Decision holds a judgement at all."""
    try:
        return judge(order, case.world.day, refund_rules()) if decision.refund is not None else None
    except CannotJudge:
        return None
