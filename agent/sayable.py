"""Which sentences a writer may say in words of its own: leads to a quote, and kinds that claim nothing, all in closed
vocabularies. What may be said is listed, and not what may not: there is no end to the ways of making a promise.

The lists are data, in sayable.toml.
"""

import functools
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TABLE = Path(__file__).with_name("sayable.toml")
LONGEST = 300  # characters of a sentence of one's own; the guard looks at no longer one
COURTESY, REQUEST, QUESTION = "courtesy", "request", "question"
MOST_UNKNOWN = 2  # things that a question names and no list holds
# A reply's own words are English: nothing looks like a letter that is none, and nothing hides behind a mark.
PLAIN = re.compile(r"[A-Za-z0-9 \n,.;:?!'\u2019\"()\u2013\u2014-]*")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_ENDINGS = (("n't", " not"), ("'ve", " have"), ("'re", " are"), ("'m", " am"), ("'ll", " will"), ("'d", " would"))
# Where two sentences are joined, and where a new statement may begin within one.
_PARTS = re.compile(r"[;:\u2013\u2014]|\s-\s|,\s(?:and|but|so)\s(?=\S+\s\S+)")
_CLAUSE = re.compile(
    r"[()]|,\s(?=(?:(?:and|but|so|or|then|because|since|as|which|while)\s)?"
    r"(?:we|i|it|they|he|she|you|your|our|the|this|that|there|everything|all|what)\b)"
)
_ASSERTS = re.compile(
    r"\b(?:is|are|was|were|be|been|being|has|have|had|does|do|did|goes|comes|gets|got|means|makes|stands|applies)\b"
)


@dataclass(frozen=True)
class _Kind:
    opens: re.Pattern[str]
    words: frozenset[str]
    never: re.Pattern[str]


@dataclass(frozen=True)
class _Table:
    anchors: frozenset[str]
    leading: frozenset[str]
    never_leading: re.Pattern[str]
    kinds: Mapping[str, _Kind]
    things: frozenset[str]
    before_a_thing: frozenset[str]
    wanting: re.Pattern[str]
    secret: re.Pattern[str]
    money: Mapping[str, re.Pattern[str]]


def clauses(sentence: str) -> list[str]:
    """Return the parts of a sentence each of which says something by itself."""
    return [part for part in _PARTS.split(sentence) if part.strip(" .!?,'\"")]


def leads_to_a_quote(clause: str) -> bool:
    """Say whether it does nothing but point to what is quoted behind it."""
    text, table = _of_articles(bare(clause)), _table()
    words = set(_WORD.findall(text))
    return bool(words & table.anchors) and words <= table.leading and not table.never_leading.search(text)


def without_money(clause: str, *, asked: bool) -> str:
    """Return bare words with "it" in the place of a refund that they ask about or are sorry about.

    What announces one keeps it.
    """
    text, money = bare(clause), _table().money
    if money["never"].search(text):
        return text
    kind = kind_of(text, asked=asked)
    if kind in {QUESTION, REQUEST}:
        return money["in_questions"].sub("it", text)
    return money["in_courtesies"].sub("it", text) if kind else text


def claims_nothing(clause: str, *, first: bool, asked: bool) -> bool:
    """Say whether each statement is of a kind that claims nothing, in that kind's words.

    What is not the first of its sentence may also be a list of things. `asked` says that the sentence is a question.
    """
    text = bare(clause)
    parts = [part.strip(" ,'\"") for part in _CLAUSE.split(text)]
    found = [kind_of(part, asked=asked) for part in parts]
    needed = [
        kind
        for at, (part, kind) in enumerate(zip(parts, found, strict=True))
        if (at == 0 and (first or not _lists_things(part))) or _ASSERTS.search(part)
    ]
    name = next((kind for kind in found if kind), COURTESY)
    kind = _table().kinds[name]
    if not all(needed) or kind.never.search(text):
        return False
    return _in_words(text, kind, guessing=name != COURTESY)


def _lists_things(text: str) -> bool:
    """Say whether a clause could be a list of things: "take it", behind a colon, is none."""
    return set(_WORD.findall(text)) <= _table().things


def kind_of(text: str, *, asked: bool) -> str:
    """Return the kind of a clause in bare words, "" where it is none of them; only what is asked is a question."""
    kinds = _table().kinds.items()
    return next((name for name, kind in kinds if kind.opens.match(text) and (asked or name != QUESTION)), "")


def bare(sentence: str) -> str:
    """Return the sentence in lower case, contractions written out, without its end."""
    text = sentence.replace("\u2019", "'").lower()
    text = re.sub(r"\bcan't\b", "can not", re.sub(r"\bwon't\b", "will not", text))
    for ending, written in _ENDINGS:
        text = re.sub(rf"{ending}\b", written, text)
    text = re.sub(r"\b(it|that|here|there|what|where|how|who|let)'s\b", r"\1 is", text)
    return " ".join(text.split()).rstrip(".!? :,;")


def _in_words(text: str, kind: _Kind, *, guessing: bool) -> bool:
    """Say whether all words are the kind's, but for a few things that a question may name and no list holds."""
    table, words = _table(), _WORD.findall(text)
    unknown = [at for at, word in enumerate(words) if word not in kind.words]
    if table.secret.search(text):
        return False
    if not unknown:
        return True
    named = all(at > 0 and words[at - 1] in table.before_a_thing and words[at].isascii() for at in unknown)
    return guessing and named and len(unknown) <= MOST_UNKNOWN and not table.wanting.search(text)


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
    leads, kinds = table["leads"], table["kinds"]
    anchors = frozenset(leads["anchors"].split())
    return _Table(
        anchors=anchors,
        leading=anchors | frozenset(f"{leads['words']} {kinds['goods']}".split()),
        never_leading=_any_of(leads["never"]),
        kinds={name: _kind(name, kinds) for name in (COURTESY, REQUEST, QUESTION)},
        things=frozenset(f"{kinds['everywhere']} {kinds['goods']}".split()),
        before_a_thing=frozenset(kinds["articles"].split()),
        wanting=re.compile(kinds["wanting"]),
        secret=re.compile(kinds["secret"]),
        money={name: _any_of(forms) for name, forms in table["about_money"].items()},
    )


def _kind(name: str, kinds: Mapping[str, Any]) -> _Kind:
    own = kinds[name]["words"]
    words = f"{kinds['everywhere']} {kinds['goods']} {kinds[REQUEST]['words'] if own == 'as request' else own}"
    return _Kind(_any_of(kinds[name]["opens"]), frozenset(words.split()), _any_of(kinds[name].get("never", ["(?!)"])))


def _any_of(forms: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(forms))
