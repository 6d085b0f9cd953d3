"""What decides rows: one Agent in a process of its own. The same in every engine."""

import asyncio
import dataclasses
from collections.abc import Awaitable, Sequence
from typing import Any

from agent.assemble import assemble
from agent.bulk import Assessment, Bulk, Done
from agent.clock import always
from agent.models.server import UNRESOLVED
from agent.models.spending import Tokens
from agent.settings import Settings
from agent.ticket import Ticket
from knowledge.store import content_hash, load_passages
from service.batch.answers import FAILED, Answer, Depth, answer_of
from service.batch.hired import Asked, Hired
from service.batch.patience import insisted
from service.batch.worker_failed import WorkerFailed

CHANNEL = "batch"
NO_NAME = (
    "The model's name is not known, and what it says could not be told from another model's: "
    "start the model server, or set OPENAI_MODEL."
)


class Worker:
    """Opens everything that rows need; raises PartUnavailable, ShopUnavailable, UnknownReleaseError or WorkerFailed."""

    def __init__(self, hired: Hired) -> None:
        agent = assemble(Settings(release=hired.release, threads=hired.threads))
        if UNRESOLVED in agent.model.name:
            agent.close()
            raise WorkerFailed(NO_NAME)
        if hired.day is not None:
            agent = dataclasses.replace(agent, today=always(hired.day))
        self._agent = agent
        self._depth = hired.depth
        self._bulk = Bulk(agent, at_once=hired.at_once)
        self._loop = asyncio.new_event_loop()

    def says(self) -> dict[str, str]:
        """Return what answers depend on: with another of these, others would come."""
        agent = self._agent
        return {
            "release": agent.release.id,
            "model": agent.model.name,
            "encoder": agent.reader.encoder.identity,
            "policies": content_hash(load_passages(), agent.reader.encoder.identity),
            "day": agent.today().isoformat(),
        }

    def answer(self, rows: Sequence[Asked]) -> list[Answer]:
        """Return an answer for each row, in order; raises ServerGone."""
        tickets = [
            Ticket.of(row.text, ticket_id=row.id, customer_id=row.customer, order_id=row.order, channel=CHANNEL)
            for row in rows
        ]
        found = insisted(self._act, tickets) if self._agent.release.large else self._act(tickets)
        return self._loop.run_until_complete(_said_of(found))

    async def _act(self, tickets: Sequence[Ticket]) -> Sequence[Done[Any]]:
        full = self._depth is Depth.FULL
        return await self._bulk.decide(tickets) if full else await self._bulk.assess(tickets)

    def priced(self) -> bool:
        """Say whether it is known what answers cost."""
        return self._agent.price.cost(Tokens(1, 0, 1)) is not None

    def close(self) -> None:
        """Let go of everything."""
        self._loop.close()
        self._agent.close()


async def _said_of(done: Awaitable[Sequence[Done[Any]]]) -> list[Answer]:
    return [_said(one.result) for one in await done]


def _said(found: Any) -> Answer:
    if isinstance(found, Exception):
        return {FAILED: type(found).__name__}
    if isinstance(found, Assessment):
        return {
            "category": found.category,
            "confidence": found.confidence,
            "priority": found.priority.value,
            "flags": [flag.value for flag in found.flags],
            "release": found.release,
            "usage": found.usage.model_dump(mode="json"),
        }
    return answer_of(found)
