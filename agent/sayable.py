"""Which sentences a writer may say in words of its own: facts in known forms, and kinds that claim nothing.

What may be said is listed, and not what may not: there is no end to the ways of making a promise. See sayable.toml.
"""

import functools
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from agent.ledger import Ledger

TABLE = Path(__file__).with_name("sayable.toml")
LONGEST = 400  # characters; a longer sentence of one's own is none that is needed
_BLANK = re.compile(r"\{(\w+)\}")
# Where a new statement may begin within a sentence.
_CLAUSE = re.compile(
    r"[:;()\u2013\u2014]|\s-\s"
    r"|,\s(?=(?:(?:and|but|so|or|then|because|since|as|which|while)\s)?"
    r"(?:we|i|it|they|he|she|you|your|our|the|this|that|there|everything|all|what)\b)"
)
_ASSERTS = re.compile(
    r"\b(?:is|are|was|were|be|been|being|has|have|had|does|do|did|goes|comes|gets|got|means|makes|stands|applies)\b"
)
_AND = re.compile(r",? and |; |, (?:and )?")


@dataclass(frozen=True)
class _Sayable:
    order: str
    intro: str
    facts: tuple[str, ...]
    about_money: tuple[str, ...]
    kinds: re.Pattern[str]


def is_fact(sentence: str, ledger: Ledger) -> bool:
    """Say whether the sentence states facts of the run's order and nothing besides, each in a known form."""
    text = bare(sentence)
    forms = _fact_forms(tuple(sorted(ledger.facts.items()))) if ledger.facts and len(text) <= LONGEST else ()
    if not forms:
        return False
    return _one_of(text, forms) or all(_one_of(part, forms) for part in _AND.split(text) if part)


def asks_about_money(sentence: str, ledger: Ledger) -> bool:
    """Say whether the sentence is a question about a refund that asks for something and grants nothing."""
    if not sentence.rstrip().endswith("?") or len(sentence) > LONGEST:
        return False
    return _one_of(bare(sentence), _question_forms(tuple(sorted(ledger.order_ids))))


def claims_nothing(sentence: str) -> bool:
    """Say whether each statement of the sentence is of a kind that claims nothing, whatever words fill it."""
    text = bare(sentence)
    if len(text) > LONGEST:
        return False
    first, *others = (clause.strip(" ,'\"") for clause in _CLAUSE.split(text))
    kinds = _table().kinds
    return bool(kinds.match(first)) and all(
        not clause or kinds.match(clause) or not _ASSERTS.search(clause) for clause in others
    )


def bare(sentence: str) -> str:
    """Return the sentence in lower case, without its end."""
    return " ".join(sentence.replace("\u2019", "'").lower().split()).rstrip(".!? :,")


def _one_of(text: str, forms: Iterable[re.Pattern[str]]) -> bool:
    return any(form.fullmatch(text) for form in forms)


@functools.lru_cache(maxsize=256)
def _fact_forms(facts: tuple[tuple[str, str], ...]) -> tuple[re.Pattern[str], ...]:
    """Return the forms for which there is evidence, their blanks filled."""
    table, known = _table(), {name: re.escape(text.lower()) for name, text in facts}
    known["order"] = f"(?:{_filled(table.order, known)})"
    return tuple(re.compile(table.intro + _filled(form, known)) for form in table.facts if _needs(form) <= known.keys())


@functools.lru_cache(maxsize=256)
def _question_forms(order_ids: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
    table = _table()
    ids = "|".join(re.escape(id.lower()) for id in order_ids) or "(?!)"
    order = f"(?:{_filled(table.order, {'order_id': f'(?:{ids})'})})"
    return tuple(re.compile(_filled(form, {"order": order})) for form in table.about_money)


def _needs(form: str) -> set[str]:
    return set(_BLANK.findall(form))


def _filled(form: str, known: Mapping[str, str]) -> str:
    return _BLANK.sub(lambda blank: known[blank[1]] if blank[1] in known else blank[0], form)


@functools.cache
def _table() -> _Sayable:
    table = MappingProxyType(tomllib.loads(TABLE.read_text(encoding="utf-8")))
    kinds = "|".join(form for forms in table["kinds"].values() for form in forms)
    facts = table["facts"]
    return _Sayable(
        order=facts["order"],
        intro=facts["intro"],
        facts=tuple(facts["forms"]),
        about_money=tuple(table["about_money"]["forms"]),
        kinds=re.compile(kinds),
    )
