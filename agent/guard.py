"""The promise ledger and the claim check: what a reply says is bound to evidence of this run, or it does not leave.

It takes the writer for an attacker. Three kinds of words pass: whole sentences quoted from a retrieved passage, the
sentences that the published texts make of this run's evidence, and sentences that sayable.py lists. How claims look is
data, in claims.toml.
"""

import functools
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from agent.evidence import Evidence
from agent.models.protocol import Draft, Reading
from agent.sayable import LONGEST, PLAIN, claims_nothing, clauses, leads_to_a_quote, without_money
from knowledge.plain_text import plain
from tools.orders import order_id_mentions

PATTERNS = Path(__file__).with_name("claims.toml")
LONGEST_REPEATED = 40  # characters of a prompt that may stand in a reply
_WE = re.compile(r"\b(?:we|i|(?:our|the) (?:team|staff|shop|desk|company|colleagues?) (?!$)|a colleague)\b")
_SENTENCE = re.compile(r"[^.!?\n]+(?:[.](?=\d)[^.!?\n]*)*[.!?\n]?")


@dataclass(frozen=True)
class Ledger:
    """What this run's evidence allows a reply to say besides quotes.

    `published` are the sentences that the published texts make of the evidence, amounts and days among them.
    """

    order_ids: frozenset[str]
    published: frozenset[str]


def pruned(draft: Draft, ledger: Ledger) -> Draft:
    """Return the draft without those sentences of the writer's own that claim something; the rest stays as it is.

    Each sentence that stays may be said by itself, so whatever is taken away, what is left may be said.
    """
    leads = _before_quotes(draft)

    def kept(found: re.Match[str]) -> str:
        sentence = " ".join(found[0].split())
        may_stay = sentence in ledger.published or not any(unbound_claims(sentence, ledger, leads=sentence in leads))
        return found[0] if may_stay else " "

    quotes = [re.escape(quote.text) for quote in draft.quotes if quote.text.strip()]
    pieces = re.split(f"({'|'.join(quotes)})", draft.text) if quotes else [draft.text]
    text = "".join(piece if place % 2 else _SENTENCE.sub(kept, piece) for place, piece in enumerate(pieces))
    paragraphs = (" ".join(one.split()) for one in text.split("\n\n"))
    return Draft("\n\n".join(one for one in paragraphs if one), draft.quotes)


def ledger_of(evidence: Evidence, reading: Reading, published: frozenset[str]) -> Ledger:
    """Return the ledger of a run."""
    return Ledger(frozenset({order.order_id for order in evidence.orders} | set(reading.order_ids)), published)


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
    leads = _before_quotes(draft)
    for sentence in sorted(sentences(own) - ledger.published):
        yield from unbound_claims(sentence, ledger, leads=sentence in leads)


@functools.lru_cache(maxsize=4096)
def speaks_of_money(text: str) -> bool:
    """Say whether a text could be read as a promise of money or of something worth money. Asked of the same passages
    again and again, so answers are kept."""
    return bool(_claims()["promise"].search(text) or _claims()["amount"].search(text))


def unbound_claims(sentence: str, ledger: Ledger, *, leads: bool = False) -> Iterator[str]:
    """Yield what one sentence of the writer's own claims; `leads` says that a quote follows it."""
    if _claims()["markup"].search(sentence):
        yield f"markup: {sentence}"
    if not PLAIN.fullmatch(sentence):
        yield f"script: {sentence}"
    if len(sentence) > LONGEST:
        yield f"length: {sentence[:LONGEST]}"
        return
    for place, clause in enumerate(clauses(sentence)):
        if not (leads and leads_to_a_quote(clause)):
            yield from _claims_of(clause, ledger, first=place == 0, asked=sentence.endswith("?"))


def _claims_of(clause: str, ledger: Ledger, *, first: bool, asked: bool) -> Iterator[str]:
    claims = _claims()
    yield from (f"order: {found}" for found in order_id_mentions(clause) if found not in ledger.order_ids)
    rest = _without_order_ids(clause, ledger)
    yield from (f"amount: {found[0].strip()}" for found in claims["amount"].finditer(rest))
    yield from (f"date: {found[0].strip()}" for found in claims["date"].finditer(rest))
    if any(character.isnumeric() for character in rest):
        yield f"number: {clause}"
    rest = without_money(rest, asked=asked)
    yield from (f"{kind}: {clause}" for kind in ("promise", *["done"] * (not asked)) if claims[kind].search(rest))
    if _brings_news(rest, asked=asked) or not claims_nothing(rest, first=first, asked=asked):
        yield f"unsupported: {clause}"


def _brings_news(text: str, *, asked: bool) -> bool:
    """Say whether bare words, whatever their kind, tell what the desk does or what is to come."""
    claims = _claims()
    rest = claims["ourselves"].sub(" ", claims["asking"].sub(" ", text))
    asserted = not asked and claims["asserted"].search(rest)
    return bool(asserted or claims["news"].search(rest) or _WE.search(rest))


def _without_order_ids(sentence: str, ledger: Ledger) -> str:
    for id in sorted(ledger.order_ids, key=len, reverse=True):
        sentence = re.sub(rf"(?<![\w.,-]){re.escape(id)}(?![\w-])", "it", sentence)
    return sentence


def _whole_sentences(quote: str, passage: str) -> bool:
    """Say whether a quote is one or more whole sentences: a single word lifted out would hide a claim of one's own."""
    if not quote.strip():
        return False
    before, found, after = passage.partition(quote)
    starts = not before or bool(re.search(r"[.!?]\s$", before))
    ends = quote.endswith((".", "!", "?")) and (not after or after.startswith(" "))
    return bool(found) and starts and ends


def _before_quotes(draft: Draft) -> frozenset[str]:
    """Return the sentences behind which a quote begins."""
    before = (draft.text.partition(quote.text)[0] for quote in draft.quotes if quote.text.strip())
    last = ([" ".join(found.split()) for found in _SENTENCE.findall(text) if found.strip()] for text in before)
    return frozenset(found[-1] for found in last if found)


def own_words(draft: Draft) -> str:
    """Return what the writer says in words of its own: the text without its quotes, each a break of its own."""
    own = draft.text
    for quote in draft.quotes:
        if quote.text.strip():
            own = own.replace(quote.text, "\n")
    return own


def repeats(own: str, texts: Iterable[str]) -> bool:
    """Say whether words of the writer's own repeat so much of a prompt that it can't be chance."""
    said, hidden = _folded(own), [_folded(text) for text in texts]
    windows = (said[at : at + LONGEST_REPEATED] for at in range(max(0, len(said) - LONGEST_REPEATED + 1)))
    return any(window in text for window in windows for text in hidden)


def _folded(text: str) -> str:
    return " ".join(text.lower().split())


def sentences(text: str) -> frozenset[str]:
    """Return the text's sentences, white space folded."""
    return frozenset(folded for found in _SENTENCE.findall(text) if (folded := " ".join(found.split())))


@functools.cache
def _claims() -> Mapping[str, re.Pattern[str]]:
    table: dict[str, list[str]] = tomllib.loads(PATTERNS.read_text(encoding="utf-8"))
    return {name: re.compile(_any_of(forms), re.IGNORECASE | re.MULTILINE) for name, forms in table.items()}


def _any_of(forms: Iterable[str]) -> str:
    """Return one expression; those that begin at a word are tried at words only, which is many times as fast."""
    at_words = [form.removeprefix(r"\b") for form in forms if form.startswith(r"\b") and "|" not in _outside(form)]
    others = [form for form in forms if not form.startswith(r"\b") or "|" in _outside(form)]
    return "|".join([*others, *([rf"\b(?:{'|'.join(at_words)})"] if at_words else [])])


def _outside(form: str) -> str:
    """Return an expression without what stands in its groups."""
    while (rest := re.sub(r"\([^()]*\)", "", form)) != form:
        form = rest
    return form
