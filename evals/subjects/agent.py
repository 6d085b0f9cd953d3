"""The agent as a subject: each case in its own world, earlier customer messages answered by the agent itself."""

import dataclasses
import time

from agent.assemble import Agent
from agent.clock import always
from agent.thread import Thread, thread_after
from agent.ticket import EmptyTicketError, Ticket, Turn
from evals.cases.case import Case
from evals.cases.world import WorldShop
from evals.subjects.subject import Answer
from knowledge.search import Found, Search


class NoSearch(Search):
    """Finds nothing: what the agent is worth without its policies."""

    def __init__(self) -> None:
        pass

    @property
    def content(self) -> str:
        """See Search.content."""
        return "none"

    @property
    def waits(self) -> bool:
        """See Search.waits."""
        return False

    def find(self, *_: object, **__: object) -> list[Found]:
        """See Search.find."""
        return []

    def stating(self, *_: object, **__: object) -> list[Found]:
        """See Search.stating."""
        return []


@dataclasses.dataclass(frozen=True)
class AgentSubject:
    """Runs an agent whose shop and day are the case's."""

    agent: Agent
    name: str

    def without_context(self) -> "AgentSubject":
        """Return the same agent with retrieval that finds nothing."""
        return AgentSubject(dataclasses.replace(self.agent, search=NoSearch()), f"{self.name} without context")

    async def answer(self, case: Case) -> Answer:
        """See Subject.answer."""
        agent = in_world(self.agent, case)
        started = time.perf_counter()
        try:
            ticket = await ticket_of(case, agent)
            started = time.perf_counter()
            decision, trace = await agent.run(ticket)
        except EmptyTicketError:
            return Answer(rejected=True, wall_ms=_since(started))
        except Exception as problem:  # a crash is a result: it fails the case and the run goes on
            return Answer(crashed=type(problem).__name__, wall_ms=_since(started))
        return Answer(decision, trace, wall_ms=_since(started))


def in_world(agent: Agent, case: Case) -> Agent:
    """Return the agent with the shop and the day of the case."""
    return dataclasses.replace(agent, shop=WorldShop(case.world.records()), today=always(case.world.day))


async def ticket_of(case: Case, agent: Agent) -> Ticket:
    """Return the case's last message with all turns and the thread before it; raises EmptyTicketError.

    The agent takes every earlier message, so that there is a thread; where the case has words for it, those were said.
    """
    earlier: tuple[Turn, ...] = ()
    thread: Thread | None = None
    for exchange in case.before:
        asked = _ticket(case, exchange.customer, earlier, thread)
        decision, trace = await agent.run(asked)
        thread = thread_after(asked, decision, trace)
        said = decision.reply if exchange.agent is None else exchange.agent
        earlier = (*earlier, Turn(role="customer", text=exchange.customer), Turn(role="agent", text=said))
    return _ticket(case, case.full_text(), earlier, thread)


def _ticket(case: Case, text: str, earlier: tuple[Turn, ...], thread: Thread | None) -> Ticket:
    return Ticket.of(
        text,
        customer_id=case.world.customer,
        order_id=case.order_id,
        channel="eval",
        metadata=case.metadata,
        earlier=earlier,
        thread=thread,
        ticket_id=case.id,
        conversation_id=case.cluster,
    )


def _since(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 3)
