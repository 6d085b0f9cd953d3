"""The embedded writer's versioned texts with typed blanks: words for a decision that has been taken."""

import hashlib
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template

from agent.guard import speaks_of_money
from agent.models.protocol import Brief, Draft, Quote
from agent.responsibility import team_of
from agent.taxonomy import TAXONOMY
from knowledge.search import Found
from tools.money import Money
from tools.orders import ORDER_ID_FORM
from tools.records import Order
from tools.refund_judgement import RefundJudgement

REPLIES = Path(__file__).parent / "prompts" / "replies"
SECOND_QUOTE_WITHIN = 0.04  # of the best score: a close second passage of the same article is quoted too
LONGEST_QUOTE = 600
QUOTING = frozenset({"quote", "quote_article", "aside", "aside_article"})  # blanks of what articles say


@dataclass(frozen=True)
class ReplyTexts:
    """One published version of the texts."""

    version: str
    sha256: str
    texts: Mapping[str, tuple[str, ...]]

    def text(self, key: str) -> tuple[str, ...]:
        """Return the paragraphs of a key, or of the nearest more general one ("a.b.c", then "a.b", then "a")."""
        while key not in self.texts:
            if "." not in key:
                raise KeyError(key)
            key = key.rpartition(".")[0]
        return self.texts[key]


@dataclass(frozen=True)
class Needed:
    """What words for a verdict may not leave out: what the published text says of itself, and whether it quotes."""

    paragraphs: tuple[str, ...]
    quote: bool

    @property
    def statement(self) -> str:
        """Return what the text says of itself; "" where it only quotes."""
        return "\n\n".join(self.paragraphs)

    def held_by(self, draft: Draft) -> bool:
        """Say whether a draft holds it."""
        return all(said in draft.text for said in self.paragraphs) and (bool(draft.quotes) or not self.quote)


def load_replies(version: str) -> ReplyTexts:
    """Return a version of the texts; raises OSError or ValueError for one that is absent or malformed."""
    content = (REPLIES / f"{version}.toml").read_bytes()
    table = tomllib.loads(content.decode())
    texts = {key: tuple(paragraphs) for key, paragraphs in table["texts"].items()}
    return ReplyTexts(version=table["version"], sha256=hashlib.sha256(content).hexdigest(), texts=texts)


def write(brief: Brief, texts: ReplyTexts) -> Draft:
    """Fill the verdict's text from the evidence. A required paragraph without its evidence raises KeyError."""
    cited = {"quote": quotes(brief), "aside": asides(brief)}
    written = list(_paragraphs(brief, texts, cited))
    used = [quote for _, names in written for name, found in cited.items() if name in names for quote in found]
    return Draft(text="\n\n".join(words for words, _ in written), quotes=tuple(used))


def needed_of(brief: Brief, texts: ReplyTexts) -> Needed:
    """Return what any words for the verdict have to hold; a required paragraph without its evidence raises KeyError."""
    cited = {"quote": quotes(brief), "aside": asides(brief)}
    written = list(_paragraphs(brief, texts, cited))
    own = tuple(words for words, names in written if not names & QUOTING)
    return Needed(own, any("quote" in names for _, names in written))


def _paragraphs(
    brief: Brief, texts: ReplyTexts, cited: Mapping[str, tuple[Quote, ...]]
) -> Iterator[tuple[str, frozenset[str]]]:
    """Yield each paragraph for which there is evidence, filled, with the names of its blanks."""
    blanks = _blanks(brief, cited)
    for paragraph in texts.text(f"{brief.verdict.reply}.{brief.reading.language}"):
        optional, template = paragraph.startswith("? "), Template(paragraph.removeprefix("? "))
        try:
            yield template.substitute(blanks), frozenset(template.get_identifiers())
        except KeyError:
            if not optional:
                raise


def _blanks(brief: Brief, cited: Mapping[str, tuple[Quote, ...]]) -> dict[str, str]:
    """Return the blanks for which there is evidence; a blank that is absent can't be filled by accident."""
    readings = [
        brief.classification.category,
        *(category for category, _ in brief.classification.alternatives),
    ]
    blanks = {
        "order_form": ORDER_ID_FORM,
        "team": team_of(brief).value,
        "topics": _listed(other.phrase for name, other in TAXONOMY.items() if name != readings[0]),
        **{f"reading_{place}": TAXONOMY[name].phrase for place, name in enumerate(readings, start=1)},
    }
    if brief.evidence.orders:
        blanks |= _order_blanks(brief.evidence.orders[0])
    if brief.evidence.refund:
        judgement = brief.evidence.refund[0]
        blanks |= _refund_blanks(judgement)
        if "expected_on" in blanks:
            late = blanks["expected_on"] < judgement.judged_on.isoformat()
            blanks["was_due_on" if late else "due_on"] = blanks["expected_on"]
    titles = {found.passage.id: found.passage.title for found in brief.evidence.passages}
    for name, found in cited.items():
        if found:
            blanks |= {name: " ".join(one.text for one in found), f"{name}_article": titles[found[0].passage_id]}
    return blanks


def _order_blanks(order: Order) -> dict[str, str]:
    days = {
        "placed_on": order.placed_on,
        "shipped_on": order.shipped_on,
        "expected_on": order.expected_on,
        "delivered_on": order.delivered_on,
    }
    blanks = {name: day.isoformat() for name, day in days.items() if day is not None}
    if order.refunded_minor:
        blanks["refunded_amount"] = Money(amount_minor=order.refunded_minor, currency=order.currency).text()
    return blanks | {"order_id": order.order_id}


def _refund_blanks(judgement: RefundJudgement) -> dict[str, str]:
    blanks = {"rule_id": judgement.rule_id}
    if judgement.last_day is not None:
        blanks["last_day"] = judgement.last_day.isoformat()
    if judgement.eligible:
        blanks["refund_amount"] = Money(amount_minor=judgement.amount_minor, currency=judgement.currency).text()
    return blanks


def quotes(brief: Brief) -> tuple[Quote, ...]:
    """Return what answers: the rule where a rule decided, else the best passage and a close second one."""
    judged = brief.evidence.refund
    if judged is not None:
        return _cited([found for found in brief.evidence.passages if judged[0].rule_id in found.passage.rules][:1])
    passages = brief.evidence.passages
    for second in passages[1:3]:
        close = abs(passages[0].score - second.score) <= SECOND_QUOTE_WITHIN
        together = len(passages[0].passage.text) + len(second.passage.text) < LONGEST_QUOTE
        if close and together and second.passage.policy_id == passages[0].passage.policy_id:
            return _cited([passages[0], second])
    return _cited(passages[:1])


def asides(brief: Brief) -> tuple[Quote, ...]:
    """Return a passage of the ticket's own category that speaks of no money.

    What another category says only distracts, and money that nobody judged would sound like a promise.
    """
    category = brief.classification.category
    own = [found for found in brief.evidence.passages if found.passage.category == category]
    return _cited([found for found in own if not speaks_of_money(found.passage.text)][:1])


def _cited(found: Sequence[Found]) -> tuple[Quote, ...]:
    return tuple(Quote(one.passage.id, one.passage.text) for one in found)


def _listed(phrases: Iterable[str]) -> str:
    *most, last = phrases
    return f"{', '.join(most)} and {last}"
