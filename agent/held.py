"""What is answered while a person holds a conversation: nothing is decided, and nothing is said but who has it."""

import time
from dataclasses import dataclass

from agent.assemble import Agent
from agent.decision import Decision, Escalation, Usage
from agent.language import language_of
from agent.models.prompts import versions
from agent.responsibility import DANGER
from agent.signals import signals
from agent.taxonomy import NextAction, Priority, Team
from agent.ticket import Ticket
from agent.trace import Trace, Tracer

WORDS = "A person of our team has taken this over and has your message. You get the answer here."
REASON = "with_person"


@dataclass(frozen=True)
class Holding:
    """The case by which a person holds a conversation."""

    category: str
    priority: Priority
    team: Team


def held(ticket: Ticket, by: Holding, agent: Agent) -> tuple[Decision, Trace]:
    """Return the Decision of a message that waits for a person. Words of danger still lift its priority."""
    started = time.perf_counter()
    found = signals(ticket.text)
    tracer = Tracer(release=agent.release.id, prompt_hashes=agent.prompt_hashes())
    decision = Decision(
        ticket_id=ticket.ticket_id,
        conversation_id=ticket.conversation_id,
        category=by.category,
        confidence=1.0,
        alternatives=[],
        priority=Priority.URGENT if DANGER & set(found) else by.priority,
        next_action=NextAction.ESCALATE,
        reply=WORDS,
        language=language_of(ticket.text),
        follow_up=None,
        escalation=Escalation(team=by.team, reason=REASON),
        order=None,
        refund=None,
        citations=[],
        tool_calls=[],
        flags=list(found),
        release=agent.release.id,
        model=agent.model.name,
        prompts=versions(agent.replies, agent.prompts),
        usage=Usage(),
        latency_ms=round((time.perf_counter() - started) * 1000, 3),
        trace_id=tracer.trace_id,
    )
    return decision, tracer.finish(ticket.ticket_id)
