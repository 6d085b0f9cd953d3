"""What a model may compose a reply from, and what becomes of its text: blanks are filled by code, from evidence only.

A model never writes what the desk has to say in a case, an amount or a passage: it places the blank that stands for it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from string import Template

from agent.models.json_answer import NotAnAnswer
from agent.models.protocol import Brief, Draft, Quote
from agent.replies import ReplyTexts, needed_of

MOST_PASSAGES = 5
STATEMENT = "statement"
A_QUOTE = "at least one quote"


@dataclass(frozen=True)
class Material:
    """What one reply may be made of: `decision` and `passages` are shown, `blanks` are shown and filled in."""

    decision: Mapping[str, object]
    blanks: Mapping[str, str]
    quotes: Mapping[str, Quote]
    passages: Mapping[str, Mapping[str, str]]


def material(brief: Brief, texts: ReplyTexts) -> Material:
    """Return what a reply to this brief may be made of; raises KeyError where the desk's own text lacks evidence."""
    needed = needed_of(brief, texts)
    statement = needed.statement
    said = {STATEMENT: statement} if statement else {}
    if brief.evidence.orders:
        said["order_id"] = brief.evidence.orders[0].order_id
    found = brief.evidence.passages[:MOST_PASSAGES]
    quotes = {f"quote_{place}": Quote(one.passage.id, one.passage.text) for place, one in enumerate(found, start=1)}
    passages = {
        name: {"article": one.passage.title, "text": one.passage.text} for name, one in zip(quotes, found, strict=True)
    }
    return Material(
        decision={
            "action": brief.verdict.action,
            "asks_for": brief.verdict.asks_for,
            "needs": [f"${STATEMENT}"] * bool(statement) + [A_QUOTE] * needed.quote,
        },
        blanks=said,
        quotes=quotes,
        passages=passages,
    )


def composed(text: str, given: Material) -> Draft:
    """Return the draft that a model's text with blanks stands for; raises NotAnAnswer for a blank that is not there."""
    template = Template(text)
    if not template.is_valid():
        raise NotAnAnswer("a dollar sign that is no blank")
    names = template.get_identifiers()
    whole = {name: quote.text for name, quote in given.quotes.items()}
    whole |= {name: given.blanks[name] for name in given.blanks if name == STATEMENT}
    # What others have written stands in paragraphs of its own, wherever the model has put it.
    words = {**given.blanks, **{name: f"\n\n{said}\n\n" for name, said in whole.items()}}
    if not set(names) <= set(words):
        raise NotAnAnswer("a blank that nothing fills")
    filled = template.substitute(words)
    return Draft("\n\n".join(_paragraphs(filled)), tuple(given.quotes[name] for name in names if name in given.quotes))


def _paragraphs(text: str) -> list[str]:
    return [folded for one in text.split("\n\n") if (folded := " ".join(one.split()))]
