"""Whole conversations with a real agent: each message with the thread and the turns before it."""

import asyncio
from dataclasses import dataclass, field

from agent.assemble import Agent
from agent.decision import Decision
from agent.thread import Thread, thread_after
from agent.ticket import Ticket, Turn
from agent.trace import Classified, Trace
from tools.identity import Identity


@dataclass
class Conversation:
    """Says one message after the other; `thread` is handed on as JSON, as a door would store it."""

    agent: Agent
    customer_id: str | None = "C-1001"
    visitor: bool = False
    thread: Thread | None = None
    earlier: tuple[Turn, ...] = ()
    topics: list[tuple[str, str]] = field(default_factory=list)
    kept: list[bool] = field(default_factory=list)

    def say(self, text: str, proved_order_id: str | None = None) -> Decision:
        """Return the Decision on the next message."""
        ticket = Ticket.of(
            text,
            customer_id=self.customer_id,
            earlier=self.earlier,
            thread=self.thread and Thread.model_validate_json(self.thread.model_dump_json()),
            visitor=self.visitor,
        )
        identity = Identity(customer_id=self.customer_id, proved_order_id=proved_order_id)
        decision, trace = asyncio.run(self.agent.run(ticket, identity))
        self.thread = thread_after(ticket, decision, trace)
        self.earlier = (
            *self.earlier,
            Turn(role="customer", text=text),
            Turn(role="agent", text=decision.reply),
        )
        found = classified(trace)
        self.topics.append((found.category, found.topic))
        self.kept.append(found.kept)
        return decision


def classified(trace: Trace) -> Classified:
    """Return the one event that tells what the ticket was taken for."""
    (found,) = (event for event in trace.events if isinstance(event, Classified))
    return found
