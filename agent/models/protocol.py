"""What a model is asked, and what it may answer: choices from closed sets, and words. Code does the rest."""

from dataclasses import dataclass
from typing import Protocol

from agent.answer import Answer
from agent.decision import Flag
from agent.evidence import Evidence, ToolRequest
from agent.models.spending import Spending
from agent.taxonomy import NextAction, Priority
from agent.ticket import Ticket
from knowledge.reading import Reads


@dataclass(frozen=True)
class Reading:
    """A ticket as it was screened.

    `order_ids` are those whose characters stand in the customer's own words or in the ticket's metadata; `answer` says
    what the message is to the question or offer before it.
    """

    ticket: Ticket
    language: str
    order_ids: tuple[str, ...]
    signals: tuple[Flag, ...]
    answer: Answer = Answer.OF_ITS_OWN


@dataclass(frozen=True)
class Classification:
    """A category and a topic of the taxonomy; `confidence` is the category's, calibrated."""

    category: str
    topic: str
    confidence: float
    alternatives: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Verdict:
    """What code has decided, before there are words for it. `reply` names the text that says it.

    `at_least` lifts the topic's usual priority where the facts are worse than the words; `flags` are raised with it.
    """

    action: NextAction
    reply: str
    asks_for: tuple[str, ...] = ()
    reason: str = ""
    at_least: Priority | None = None
    flags: tuple[Flag, ...] = ()


@dataclass(frozen=True)
class Brief:
    """All that words may be made of."""

    reading: Reading
    classification: Classification
    verdict: Verdict
    evidence: Evidence


@dataclass(frozen=True)
class Quote:
    """Words taken from a passage, to be cited."""

    passage_id: str
    text: str


@dataclass(frozen=True)
class Draft:
    """A reply and what it quotes; nothing of it is believed before it was checked."""

    text: str
    quotes: tuple[Quote, ...] = ()


class Model(Protocol):
    """The three acts of a model. Each may raise, hang or lie; `ask` lets the embedded model answer then.

    `spending` says until when an act may take, and is told what it used.
    """

    @property
    def name(self) -> str:
        """Return the name by which Decisions and traces show it."""
        ...

    async def classify(self, reading: Reading, reads: Reads, spending: Spending) -> Classification:
        """Choose category and topic; `reads` is what the encoder read of the ticket, one text."""
        ...

    async def choose_lookups(
        self, reading: Reading, classification: Classification, spending: Spending
    ) -> tuple[ToolRequest, ...]:
        """Choose READ tools and their arguments, in order."""
        ...

    async def write_reply(self, brief: Brief, spending: Spending) -> Draft:
        """Write the words for the verdict."""
        ...
