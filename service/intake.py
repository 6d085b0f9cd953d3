"""The one use case behind all doors: seen before? run, then keep Decision, trace, case and proposal at once; answer."""

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from pydantic import ValidationError

from agent.assemble import Agent
from agent.decision import Decision, Flag
from agent.held import Holding, held
from agent.taxonomy import NextAction, Priority, Team
from agent.thread import Thread, thread_after
from agent.ticket import Ticket, Turn
from agent.trace import AnyEvent, Trace
from service.clock import Now
from service.failpoints import Failpoint, reach
from service.records import case_row, decision_row, facts_of, proposal_row, trace_row
from service.store import turns
from service.store.counts import Limit
from service.store.idempotency import Answered, Named
from service.store.owners import Writer
from service.store.proofs import prove
from service.store.store import Store
from service.store.tables import Conversation, Message
from service.store.turns import Begun, Outcome
from service.visitors import proof_in
from tools.identity import Identity
from tools.shop import ShopUnavailable

Watch = Callable[[AnyEvent], None]


@dataclass(frozen=True)
class Incoming:
    """What comes in through a door; `conversation_id` names one to go on with, `chat` one that can be gone on with."""

    text: str
    writer: Writer
    channel: str
    chat: bool
    conversation_id: str | None = None
    order_id: str | None = None
    metadata: dict[str, str] | None = None


@dataclass(frozen=True)
class Started:
    """A turn that has begun and has to be finished."""

    incoming: Incoming
    begun: Begun
    named: Named | None


@dataclass(frozen=True)
class Intake:
    """Takes what comes in to its answer, in two halves: what can be refused is refused in the first."""

    agent: Agent
    store: Store
    now: Now
    limit: Limit  # of one customer
    limited: bool = True
    decided: Callable[[Decision], None] = lambda _: None  # told of each Decision that is kept

    async def begin(self, incoming: Incoming, named: Named | None = None) -> Started | Answered:
        """Begin a turn, or return the answer that this request has had before.

        Raises EmptyTicketError before anything is kept, what turns.begin raises, and StoreUnavailable.
        """
        new = self._new(incoming)
        _ticket(incoming, Begun(new))  # an empty one is no turn
        limit = self.limit if self.limited else None
        begun = await self.store.write(
            lambda session: turns.begin(
                session, new, incoming.conversation_id, incoming.writer, named, limit, self.now()
            ),
            durable=False,
        )
        reach(Failpoint.CLAIMED)
        return begun if isinstance(begun, Answered) else Started(incoming, begun, named)

    async def finish(self, started: Started, watch: Watch | None = None) -> Answered:
        """Return the answer: a Decision as it is kept, byte for byte. `watch` sees the events of the run.

        Raises LostRace, ClaimLost and StoreUnavailable; nothing of the turn is kept then.
        """
        try:
            return await self._turn(started, watch)
        except BaseException:
            begun, named = started.begun, started.named
            if named is not None:
                unit = partial(turns.give_up, begun=begun, named=named)
                await asyncio.shield(self.store.write(unit, durable=False))
            raise

    async def _turn(self, started: Started, watch: Watch | None) -> Answered:
        incoming, begun = started.incoming, started.begun
        ticket = _ticket(incoming, begun)
        changed: dict[str, object] = {}
        if begun.held is not None:
            by = Holding(begun.held.category, Priority(begun.held.priority), Team(begun.held.team))
            decision, trace = held(ticket, by, self.agent)
        else:
            proved = await self._proved(incoming, begun)
            changed["proved_order_id"] = proved
            decision, trace = await self.agent.run(ticket, Identity(ticket.customer_id, proved), watch)
            changed["thread"] = thread_after(ticket, decision, trace).model_dump_json()
        outcome = self._outcome(incoming, ticket, decision, trace, changed)
        reach(Failpoint.DECIDED)
        await self.store.write(lambda session: turns.end(session, begun, outcome, started.named, self.now()))
        reach(Failpoint.SAVED)
        self.decided(decision)
        return Answered(200, outcome.decision.body)

    def _outcome(
        self, incoming: Incoming, ticket: Ticket, decision: Decision, trace: Trace, changed: dict[str, object]
    ) -> Outcome:
        now = self.now()
        escalated = decision.next_action is NextAction.ESCALATE
        offer = None
        facts = facts_of(decision, trace, self.agent.search.passages_by_id)
        if decision.next_action is NextAction.OFFER_REFUND:
            # Without a conversation there is nobody to confirm it: it waits for a person at once.
            case = case_row(decision, facts, now, waiting=incoming.chat)
            offer = (case, proposal_row(decision, case, ticket.customer_id, now))
        if escalated:
            changed["state"] = "with_person"
        return Outcome(
            said=[
                ("customer", ticket.text, ticket.ticket_id),
                ("agent", decision.reply, ticket.ticket_id),
            ],
            decision=decision_row(decision, ticket.channel, now),
            trace=trace_row(trace, now),
            changed=changed,
            escalation=case_row(decision, facts, now) if escalated else None,
            offer=offer,
            confirmed=Flag.REFUND_CONFIRMED in decision.flags,
            withdrawn=ticket.thread is not None and Flag.REFUND_UNWANTED in decision.flags,
        )

    async def _proved(self, incoming: Incoming, begun: Begun) -> str | None:
        """Return the order that a visitor has proved, now or before; attempts are limited."""
        before, visitor = begun.conversation.proved_order_id, incoming.writer.visitor_id
        if visitor is None:
            return None
        earlier = "\n".join(message.text for message in begun.messages if message.role == "customer")
        proof = proof_in(earlier, incoming.text)
        if proof is None or proof[0] == before:
            return before
        try:
            return await prove(self.store, self.agent.shop, visitor, proof, self.now()) or before
        except ShopUnavailable:
            return before

    def _new(self, incoming: Incoming) -> Conversation:
        now = self.now()
        return Conversation(
            id=f"V-{secrets.token_hex(16)}",
            customer_id=incoming.writer.customer_id,
            visitor_id=incoming.writer.visitor_id,
            created_at=now,
            updated_at=now,
        )


def _ticket(incoming: Incoming, begun: Begun) -> Ticket:
    conversation = begun.conversation
    return Ticket.of(
        incoming.text,
        customer_id=conversation.customer_id,
        order_id=incoming.order_id,
        channel=incoming.channel,
        metadata=incoming.metadata,
        earlier=tuple(_turn(message) for message in begun.messages),
        conversation_id=conversation.id,
        thread=_thread(conversation.thread),
        visitor=conversation.visitor_id is not None,
    )


def _turn(message: Message) -> Turn:
    return Turn(role="customer" if message.role == "customer" else "agent", text=message.text)


def _thread(kept: str | None) -> Thread | None:
    """Return the thread; one that was kept under another taxonomy means nothing any more."""
    try:
        return Thread.model_validate_json(kept) if kept is not None else None
    except ValidationError:
        return None
