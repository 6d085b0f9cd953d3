"""Many tickets at once: their texts are read in batches, then each is decided by the steps that decide one alone."""

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from agent.assemble import Agent
from agent.deadline import Deadline
from agent.decision import Decision, Flag, Usage
from agent.deps import Deps
from agent.outcome import usage_of
from agent.responsibility import priority_of
from agent.state import State
from agent.steps.classify import classify
from agent.steps.screen import screen
from agent.taxonomy import Priority
from agent.ticket import Ticket
from agent.trace import StepFailed
from knowledge.encoder.protocol import Encoder
from knowledge.head import Head
from knowledge.reading import Reads, read
from tools.identity import Identity

T = TypeVar("T")
DEADLINE_S = 60.0  # of one ticket: nobody waits for it, and a busy machine must not change an answer


class BulkClassifier:
    """Never abstains: each text gets its best category and that category's confidence."""

    def __init__(self, encoder: Encoder, head: Head) -> None:
        self._encoder = encoder
        self._head = head
        self._membership = head.membership()

    def classify(self, texts: Sequence[str]) -> list[tuple[str, float]]:
        """Return category and confidence (0 to 1, four decimals) for each text, in order."""
        reads = read(texts, self._encoder, self._head.telling_words)
        shares = self._head.label_probabilities(reads) @ self._membership
        best = shares.argmax(axis=1)
        rows = zip(best, shares.max(axis=1), strict=True)
        return [(self._head.categories[place], round(min(1.0, float(share)), 4)) for place, share in rows]


@dataclass(frozen=True)
class Assessment:
    """What a ticket's text alone says: `priority` and `flags` are those that need no look-up."""

    category: str
    confidence: float
    priority: Priority
    flags: tuple[Flag, ...]
    release: str
    usage: Usage


@dataclass(frozen=True)
class Done(Generic[T]):
    """What became of one ticket. `result` is what went wrong where nothing came out of it.

    `failures` names, as traces do, what a large model's server did not do for it.
    """

    result: T | Exception
    failures: tuple[str, ...] = ()


class Bulk:
    """`at_once` tickets are under way together, which helps where a server is waited for and nowhere else."""

    def __init__(self, agent: Agent, *, at_once: int = 1, deadline_s: float = DEADLINE_S) -> None:
        self._agent = agent
        self._at_once = at_once
        self._deadline_s = deadline_s

    async def decide(self, tickets: Sequence[Ticket]) -> list[Done[Decision]]:
        """Return the Decision of each ticket, in order."""
        return await self._each(tickets, self._agent.decide)

    async def assess(self, tickets: Sequence[Ticket]) -> list[Done[Assessment]]:
        """Return what the text of each ticket alone says, in order."""
        return await self._each(tickets, self._assess)

    async def _each(self, tickets: Sequence[Ticket], act: Callable[[Ticket, Deps], Awaitable[T]]) -> list[Done[T]]:
        prepared = self._read([ticket.text for ticket in tickets])
        turn = asyncio.Semaphore(self._at_once)

        async def one(ticket: Ticket) -> Done[T]:
            async with turn:
                deps = self._deps(ticket, prepared)
                try:
                    result: T | Exception = await act(ticket, deps)
                except Exception as problem:  # one ticket must not take the others with it
                    result = problem
                failed = [event.error for event in deps.tracer.events if isinstance(event, StepFailed)]
                return Done(result, tuple(failed))

        return list(await asyncio.gather(*map(one, tickets)))

    async def _assess(self, ticket: Ticket, deps: Deps) -> Assessment:
        state: State = {"ticket": ticket}
        screened = screen(state, deps)
        chosen = await classify(state | screened, deps)
        classification, signals = chosen["classification"], screened["reading"].signals
        return Assessment(
            category=classification.category,
            confidence=classification.confidence,
            priority=priority_of(classification, signals),
            flags=tuple(dict.fromkeys((*screened["flags"], *chosen["flags"]))),
            release=deps.release.id,
            usage=usage_of(deps),
        )

    def _deps(self, ticket: Ticket, prepared: dict[str, Reads]) -> Deps:
        deps = self._agent.deps(Identity(customer_id=ticket.customer_id))

        async def known(text: str) -> Reads:
            return prepared[text] if text in prepared else await deps.read(text)

        return dataclasses.replace(deps, read=known, deadline=Deadline.after(self._deadline_s))

    def _read(self, texts: Sequence[str]) -> dict[str, Reads]:
        """Return what is read of each distinct text; texts of like length are encoded together."""
        distinct = list(dict.fromkeys(texts))
        reads = read(distinct, self._agent.reader.encoder, self._agent.head.telling_words)
        return {
            text: Reads(reads.vectors[at : at + 1], reads.windows[at : at + 1], reads.texts[at : at + 1])
            for at, text in enumerate(distinct)
        }
