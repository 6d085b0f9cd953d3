"""Which sentences a writer may say in words of its own: statements of evidence, leads to a quote, and kinds that claim
nothing. What may be said is listed, and not what may not: there is no end to the ways of making a promise.

How they look is data, in sayable.toml.
"""

import functools
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agent.ledger import Ledger

TABLE = Path(__file__).with_name("sayable.toml")
LONGEST = 300  # characters; a longer sentence of one's own is none that is needed
_WORD = re.compile(r"\u2039\w+\u203a|[^\W\d_]+(?:-[^\W\d_]+)*")
_ENDINGS = (("n't", " not"), ("'ve", " have"), ("'re", " are"), ("'m", " am"), ("'ll", " will"), ("'d", " would"))
# Where a new statement may begin within a sentence.
_CLAUSE = re.compile(
    r"[:;()\u2013\u2014]|\s-\s"
    r"|,\s(?=(?:(?:and|but|so|or|then|because|since|as|which|while)\s)?"
    r"(?:we|i|it|they|he|she|you|your|our|the|this|that|there|everything|all|what)\b)"
)
# Where two sentences are joined.
_PARTS = re.compile(r"[;:\u2013\u2014]|\s-\s|,\s(?:and|but|so)\s(?=\w+\s\w+)")
_INTRO = re.compile(r"^(?:rest assured|just so you know|for your information)\b,?(?: that)? ")
_ASSERTS = re.compile(
    r"\b(?:is|are|was|were|be|been|being|has|have|had|does|do|did|goes|comes|gets|got|means|makes|stands|applies)\b"
)
# The verb that a day belongs to, by the name of the day.
_OF_DAY = {
    "placed_on": re.compile(r"\b(?:placed|ordered|made|from|of)\b"),
    "shipped_on": re.compile(r"\b(?:shipped|sent|dispatched|despatched|left|went|posted|handed)\b"),
    "expected_on": re.compile(r"\b(?:expected|due|estimated|expects?)\b"),
    "delivered_on": re.compile(r"\b(?:delivered|(?<!expected )(?<!estimated )delivery|arrived|reached|received)\b"),
}
NEVER_ALONE = "is_processing"  # a negation says that something has not left us, and nothing else


@dataclass(frozen=True)
class _Table:
    words: frozenset[str]
    needing: Mapping[str, frozenset[str]]
    never: re.Pattern[str]
    anchors: frozenset[str]
    leading: frozenset[str]
    kinds: Mapping[str, re.Pattern[str]]
    money: Mapping[str, re.Pattern[str]]


def clauses(sentence: str) -> list[str]:
    """Return the parts of a sentence each of which says something by itself."""
    return [part for part in _PARTS.split(sentence) if part.strip(" .!?,'\"")]


def states_evidence(clause: str, ledger: Ledger, said: frozenset[str]) -> bool:
    """Say whether it says only what the run's evidence holds: in words that can say nothing else.

    `said` are the facts that the whole reply tells: what one sentence tells, the next may speak of.
    """
    text, table = _INTRO.sub("", masked(bare(clause), ledger)), _table()
    words = _WORD.findall(text)
    needed = {word for word in words if not word.startswith("\u2039")} - table.words
    may = frozenset().union(*(table.needing[fact] for fact in table.needing if _has(fact, text, ledger, said)))
    bound = any(word.startswith("\u2039") for word in words)
    if not words or len(text) > LONGEST or not needed <= may or not (bound or needed) or table.never.search(text):
        return False
    return not any(character.isnumeric() for character in text) and _days_fit(text, ledger) and _amounts_fit(text)


def leads_to_a_quote(sentence: str) -> bool:
    """Say whether the sentence does nothing but point to what is quoted."""
    text, table = _of_articles(bare(sentence)), _table()
    words = set(_WORD.findall(text))
    return len(text) <= LONGEST and bool(words & table.anchors) and words <= table.leading


def without_money(sentence: str) -> str:
    """Return the sentence with "it" in the place of a refund that it asks about or is sorry about.

    What announces one keeps it.
    """
    text, money = bare(sentence), _table().money
    if money["never"].search(text):
        return text
    kind = kind_of(text)
    if kind in {"question", "request"}:
        return money["in_questions"].sub("it", text)
    return money["in_courtesies"].sub("it", text) if kind else text


def claims_nothing(sentence: str) -> bool:
    """Say whether each statement of the sentence is of a kind that claims nothing, whatever words fill it."""
    text = bare(sentence)
    first, *others = (clause.strip(" ,'\"") for clause in _CLAUSE.split(text))
    asserting = [clause for clause in others if _ASSERTS.search(clause)]
    return len(text) <= LONGEST and bool(kind_of(first)) and all(kind_of(clause) for clause in asserting)


def kind_of(text: str) -> str:
    """Return the kind of a clause in bare words, "" where it is none of them."""
    return next((name for name, form in _table().kinds.items() if form.match(text)), "")


def bare(sentence: str) -> str:
    """Return the sentence in lower case, contractions written out, without its end."""
    text = sentence.replace("\u2019", "'").lower()
    for ending, written in _ENDINGS:
        text = re.sub(rf"{ending}\b", written, text)
    text = re.sub(r"\b(it|that|here|there|what|where|how|who|let)'s\b", r"\1 is", text)
    return " ".join(text.split()).rstrip(".!? :,;")


def masked(text: str, ledger: Ledger) -> str:
    """Return bare text with names in the place of what is bound to evidence, the longest first."""
    bound = [(value.lower(), name) for name, value in ledger.facts.items() if value]
    bound += [(id.lower(), "order_id") for id in ledger.order_ids]
    for value, name in sorted(bound, key=lambda pair: -len(pair[0])):
        text = re.sub(rf"(?<![\w.,-]){re.escape(value)}(?![\w-]|[.,]\d)", f"\u2039{name}\u203a", text)
    return text


def told(own: str, ledger: Ledger) -> frozenset[str]:
    """Return the facts that a reply's own words tell, by name."""
    return frozenset(re.findall(r"\u2039(\w+)\u203a", masked(bare(own), ledger)))


def _has(fact: str, text: str, ledger: Ledger, said: frozenset[str]) -> bool:
    """Say whether words have their evidence: an amount has to be told beside its words, a day only to be known."""
    if fact.endswith("_amount"):
        return f"\u2039{fact}\u203a" in text or fact in said
    return fact in ledger.facts


def _days_fit(text: str, ledger: Ledger) -> bool:
    """Say whether each day stands behind a verb that it belongs to. Two facts may share a day."""
    for day in re.finditer(r"\u2039(\w+_on)\u203a", text):
        verbs = {name: list(form.finditer(text, 0, day.start())) for name, form in _OF_DAY.items()}
        nearest = max((found[-1].start() for found in verbs.values() if found), default=-1)
        said = {name for name, found in verbs.items() if found and found[-1].start() == nearest}
        if not any(ledger.facts.get(name) == ledger.facts[day[1]] for name in said):
            return False
    return True


def _amounts_fit(text: str) -> bool:
    """Say whether no sentence speaks of what was paid and of what was refunded: it could mix them up."""
    return "\u2039paid_amount\u203a" not in text or "\u2039refunded_amount\u203a" not in text


def _of_articles(text: str) -> str:
    """Return the text without money words that only name what an article is about."""
    return re.sub(
        r"\b(?:about|on|for|of|how|our|the|a|this|your)(?: the| our| a| your)? refunds?(?: work)?(?: and returns?)?"
        r"(?= (?:article|policy|rules?|terms|page|passage|section|guide|conditions)|,| and our|$| is| says| reads)",
        "on this",
        text,
    )


@functools.cache
def _table() -> _Table:
    table: dict[str, Any] = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    words = frozenset(table["statements"]["words"].split())
    anchors = frozenset(table["leads"]["anchors"].split())
    return _Table(
        words=words,
        needing={fact: frozenset(found.split()) for fact, found in table["statements"]["needing"].items()},
        never=_any_of(table["statements"]["never"]["forms"]),
        anchors=anchors,
        leading=words | anchors | frozenset(table["leads"]["words"].split()),
        kinds={name: _any_of(forms) for name, forms in table["kinds"].items()},
        money={name: _any_of(forms) for name, forms in table["about_money"].items()},
    )


def _any_of(forms: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(forms))
