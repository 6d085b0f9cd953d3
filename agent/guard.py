"""The promise ledger and the claim check: what a reply says is bound to evidence of this run, or it does not leave.

It takes the writer for an attacker. Three kinds of words pass: whole sentences quoted from a retrieved passage, the
sentences that the published texts make of this run's evidence, and sentences that claim nothing or only what is in the
ledger. How claims look is data, in claims.toml.
"""

import functools
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from agent.evidence import Evidence
from agent.models.protocol import Draft, Reading
from knowledge.plain_text import plain
from tools.money import Money
from tools.orders import order_id_mentions

PATTERNS = Path(__file__).with_name("claims.toml")
# Letters as European languages write them. Others look alike ("refund" with a Cyrillic e) or can't be checked.
_LATIN = re.compile("[A-Za-z\u00aa\u00ba\u00c0-\u024f\u1e00-\u1eff]")
_SENTENCE = re.compile(r"[^.!?\n]+(?:[.](?=\d)[^.!?\n]*)*[.!?\n]?")


@dataclass(frozen=True)
class Ledger:
    """What this run's evidence allows a reply to say: amounts, days and order numbers as text, and whole sentences."""

    amounts: frozenset[str]
    days: frozenset[str]
    order_ids: frozenset[str]
    published: frozenset[str]


def ledger_of(evidence: Evidence, reading: Reading, published: frozenset[str]) -> Ledger:
    """Return the ledger; `published` are the sentences that the published texts make of this evidence."""
    amounts: set[str] = set()
    days: set[str] = set()
    for order in evidence.orders:
        amounts |= {
            Money(amount_minor=minor, currency=order.currency).text()
            for minor in (order.paid_minor, order.refunded_minor)
        }
        days |= {
            day.isoformat() for day in (order.placed_on, order.shipped_on, order.expected_on, order.delivered_on) if day
        }
    ids = {order.order_id for order in evidence.orders} | set(reading.order_ids)
    return Ledger(frozenset(amounts), frozenset(days), frozenset(ids), published)


def violations(draft: Draft, evidence: Evidence, ledger: Ledger) -> Iterator[str]:
    """Yield what is wrong with a draft: one word for each kind of fault and the claim that shows it."""
    passages = {found.passage.id: found.passage for found in evidence.passages}
    for quote in draft.quotes:
        passage = passages.get(quote.passage_id)
        if passage is None or not _whole_sentences(quote.text, passage.text):
            yield f"citation: {quote.passage_id}"
        elif quote.text not in draft.text:
            yield f"citation unused: {quote.passage_id}"
    if plain(draft.text) != draft.text:
        yield "hidden characters"
    own = own_words(draft)
    if _claims()["contact"].search(own):  # over sentence ends: an address holds full stops
        yield "contact"
    for sentence in sorted(sentences(own) - ledger.published):
        yield from _unbound_claims(sentence, ledger)


@functools.lru_cache(maxsize=4096)
def speaks_of_money(text: str) -> bool:
    """Say whether a text could be read as a promise of money or of something worth money. Asked of the same passages
    again and again, so answers are kept."""
    return bool(_claims()["promise"].search(text) or _claims()["amount"].search(text))


def _unbound_claims(sentence: str, ledger: Ledger) -> Iterator[str]:
    claims = _claims()
    for kind in ("markup", "promise", "done"):
        if claims[kind].search(sentence):
            yield f"{kind}: {sentence}"
    if any(character.isalpha() and not _LATIN.match(character) for character in sentence):
        yield f"script: {sentence}"
    yield from (f"amount: {found}" for found in _unbound(claims["amount"], sentence, ledger.amounts))
    yield from (f"date: {found}" for found in _unbound(claims["date"], sentence, ledger.days))
    mentions = order_id_mentions(sentence)
    yield from (f"order: {found}" for found in mentions if found not in ledger.order_ids)
    rest = sentence
    for bound in sorted(ledger.amounts | ledger.days | ledger.order_ids, key=len, reverse=True):
        rest = re.sub(rf"(?<![\w.,-]){re.escape(bound)}(?![\w-])", " ", rest)
    if any(character.isnumeric() for character in rest):
        yield f"number: {sentence}"


def _whole_sentences(quote: str, passage: str) -> bool:
    """Say whether a quote is one or more whole sentences: a single word lifted out would hide a claim of one's own."""
    if not quote.strip():
        return False
    before, found, after = passage.partition(quote)
    starts = not before or bool(re.search(r"[.!?]\s$", before))
    ends = quote.endswith((".", "!", "?")) and (not after or after.startswith(" "))
    return bool(found) and starts and ends


def own_words(draft: Draft) -> str:
    """Return what the writer says in words of its own: the text without its quotes, each a break of its own."""
    own = draft.text
    for quote in draft.quotes:
        if quote.text.strip():
            own = own.replace(quote.text, "\n")
    return own


def sentences(text: str) -> frozenset[str]:
    """Return the text's sentences, white space folded."""
    return frozenset(folded for found in _SENTENCE.findall(text) if (folded := " ".join(found.split())))


def _unbound(pattern: re.Pattern[str], text: str, bound: frozenset[str]) -> Iterator[str]:
    """Yield the claims that are not bound, each compared whole: "112.50 EUR" is not bound by "12.50 EUR"."""
    for match in pattern.finditer(text):
        claim = match[0].strip()
        if claim not in bound:
            yield claim


@functools.cache
def _claims() -> Mapping[str, re.Pattern[str]]:
    table: dict[str, list[str]] = tomllib.loads(PATTERNS.read_text(encoding="utf-8"))
    return {name: re.compile("|".join(forms), re.IGNORECASE | re.MULTILINE) for name, forms in table.items()}
