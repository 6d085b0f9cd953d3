"""The cases of each prompt, and when an answer to one is right."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

from agent.assemble import Agent
from agent.evidence import ToolRequest
from agent.guard import Ledger, own_words, pruned, sentences
from agent.language import language_of
from agent.models.large import LargeModel
from agent.models.protocol import Brief, Classification, Draft, Reading
from agent.models.scripted import ScriptedModel
from agent.models.spending import Spending
from agent.replies import needed_of, write
from agent.steps.screen import order_ids
from agent.taxonomy import LOOK_UPS, topic_of
from agent.ticket import Ticket
from evals.datasets import LABELLED, LabelledTicket
from evals.prompts.judged import Judged, judge

SEED = 20261128


class TopicTicket(LabelledTicket):
    """A labelled ticket with its topic, which says what has to be looked up."""

    topic: str


def load_topics() -> list[TopicTicket]:
    """Return the labelled tickets that ship, in order."""
    files = sorted(LABELLED.glob("*.jsonl"))
    return [TopicTicket.model_validate_json(line) for file in files for line in file.read_text("utf-8").splitlines()]


@dataclass(frozen=True)
class Prompts:
    """The large model whose prompts are judged, and the agent beneath it."""

    agent: Agent
    large: LargeModel
    deadline_s: float

    async def classify(self, tickets: Sequence[LabelledTicket]) -> Judged:
        """Judge the label alone, before it is weighed against the embedded model: right in category."""

        async def act(ticket: LabelledTicket, spending: Spending) -> str:
            return await self.large.label(_reading(ticket), spending)

        return await judge("classify", tickets, act, _right_category, self.deadline_s)

    async def choose_lookups(self, tickets: Sequence[TopicTicket]) -> Judged:
        """Judge the look-ups of tickets that name one order, given the right label: all that it needs and no other."""

        async def act(ticket: TopicTicket, spending: Spending) -> tuple[ToolRequest, ...]:
            label = Classification(ticket.category, ticket.topic, 1.0, ())
            return await self.large.choose_lookups(_reading(ticket), label, spending)

        return await judge("choose_lookups", tickets, act, _right_look_ups, self.deadline_s)

    def naming_an_order(self, tickets: Sequence[TopicTicket]) -> list[TopicTicket]:
        """Return the tickets for which a run would ask about look-ups."""
        return [ticket for ticket in tickets if len(_reading(ticket).order_ids) == 1]

    async def write_reply(self, tickets: Sequence[Ticket]) -> Judged:
        """Judge the words: complete, and no sentence of their own had to be taken out."""
        briefs = [await self._brief(ticket) for ticket in tickets]

        async def act(brief: Brief, spending: Spending) -> Draft:
            return await self.large.write_reply(brief, spending)

        return await judge("write_reply", briefs, act, self._right_words, self.deadline_s)

    async def _brief(self, ticket: Ticket) -> Brief:
        """Return what a run gives its writer."""
        given: list[Brief] = []

        def writes(brief: Brief) -> Draft:
            given.append(brief)
            return write(brief, self.agent.replies)

        await replace(self.agent, model=ScriptedModel(self.agent.embedded, on_reply=writes)).run(ticket)
        return given[-1]

    def _right_words(self, brief: Brief, draft: Draft) -> bool:
        published = sentences(own_words(write(brief, self.agent.replies)))
        ledger = Ledger(frozenset(brief.reading.order_ids), published)
        return needed_of(brief, self.agent.replies).held_by(draft) and pruned(draft, ledger).text == draft.text


def drawn(tickets: Sequence[TopicTicket], count: int) -> list[TopicTicket]:
    """Return as many tickets, each time the same ones."""
    some = random.Random(SEED).sample(list(tickets), min(count, len(tickets)))  # noqa: S311 - which ones, not a secret
    return sorted(some, key=lambda ticket: ticket.id)


def _reading(labelled: LabelledTicket) -> Reading:
    ticket = Ticket.of(labelled.text)
    return Reading(ticket, language_of(ticket.text), order_ids(ticket), ())


def _right_category(ticket: LabelledTicket, label: str) -> bool:
    return label.split("/")[0] in {ticket.category, *ticket.also_ok}


def _right_look_ups(ticket: TopicTicket, requests: tuple[ToolRequest, ...]) -> bool:
    needed = LOOK_UPS.get(topic_of(ticket.category, ticket.topic).handling, ())
    (order_id,) = _reading(ticket).order_ids
    return list(requests) == [ToolRequest(tool, order_id) for tool in needed]
