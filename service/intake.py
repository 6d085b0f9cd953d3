"""The one use case behind all doors: seen before? run, then keep Decision, trace, case and proposal at once; answer."""

import asyncio
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from agent.assemble import Agent
from agent.decision import Decision, Flag
from agent.held import Holding, held
from agent.taxonomy import NextAction, Priority, Team
from agent.thread import thread_after
from agent.ticket import Ticket
from agent.trace import AnyEvent, Trace
from service.clock import Now
from service.failpoints import Failpoint, reach
from service.incoming import Incoming, ticket_of
from service.records import case_row, decision_row, facts_of, proposal_row, trace_row
from service.store import turns
from service.store.counts import Limit
from service.store.errors import StoreUnavailable
from service.store.idempotency import Answered, Named
from service.store.proofs import prove
from service.store.store import Store
from service.store.tables import Conversation
from service.store.turns import Begun, Outcome
from service.visitors import proof_in
from tools.identity import Identity
from tools.shop import ShopUnavailable

Watch = Callable[[AnyEvent], None]
GIVING_UP_S = 0.5  # nobody's answer waits longer for that


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

        Raises EmptyTicketError before anything is kept, what turns.begin raises or refuses, and StoreUnavailable.
        """
        new = self._new(incoming)
        ticket_of(incoming, Begun(new))  # an empty one is no turn
        limit = self.limit if self.limited else None
        known, writer = incoming.conversation_id, incoming.writer
        unit = partial(turns.begin, new=new, known=known, writer=writer, named=named, limit=limit, now=self.now())
        writing = asyncio.ensure_future(self.store.write(unit, durable=False))
        try:
            begun = await asyncio.shield(writing)
        except asyncio.CancelledError:  # which does not undo what is being kept: the key would stay in use
            with suppress(Exception):
                await self.give_up(await writing, named)
            raise
        if isinstance(begun, Exception):
            raise begun
        reach(Failpoint.CLAIMED)
        return begun if isinstance(begun, Answered) else Started(incoming, begun, named)

    async def finish(self, started: Started, watch: Watch | None = None) -> Answered:
        """Return the answer: a Decision as it is kept, byte for byte. `watch` sees the events of the run.

        Raises LostRace, ClaimLost and StoreUnavailable; nothing of the turn is kept then.
        """
        try:
            return await self._turn(started, watch)
        except BaseException:
            await self.give_up(started.begun, started.named)
            raise

    async def give_up(self, begun: object, named: Named | None) -> None:
        """Let the key of a turn go that brought nothing. Where this can't be kept, the claim ends by its age."""
        if named is None or not isinstance(begun, Begun):
            return
        unit = partial(turns.give_up, begun=begun, named=named)
        with suppress(StoreUnavailable):
            await asyncio.shield(self.store.write(unit, durable=False, within=GIVING_UP_S))

    async def _turn(self, started: Started, watch: Watch | None) -> Answered:
        incoming, begun = started.incoming, started.begun
        ticket = ticket_of(incoming, begun)
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
            said=[("customer", ticket.text, ticket.ticket_id), ("agent", decision.reply, ticket.ticket_id)],
            decision=decision_row(decision, trace, ticket.channel, now),
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
