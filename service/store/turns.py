"""One turn of a conversation in the database: begun with what was said before, ended with all that it brought."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session

from service.store import cases, conversations, idempotency
from service.store.counts import Limit, count
from service.store.decisions import add_decision
from service.store.idempotency import Answered, Named
from service.store.owners import NoSuchConversation, Writer
from service.store.tables import CaseRow, Conversation, DecisionRow, Message, ProposalRow, TraceRow

REMEMBERED = 20  # messages that a run is given


class TooOften(Exception):
    """A customer writes more than one customer may; `wait` is in seconds."""

    def __init__(self, wait: int) -> None:
        super().__init__(wait)
        self.wait = wait


@dataclass(frozen=True)
class Begun:
    """A turn that has begun: `claim` names it where it has a key; `held` is the case by which a person holds it."""

    conversation: Conversation
    messages: list[Message] = field(default_factory=list)
    held: CaseRow | None = None
    claim: str | None = None


@dataclass(frozen=True)
class Outcome:
    """All that a turn brought; it is kept whole or not at all."""

    said: list[tuple[str, str, str | None]]
    decision: DecisionRow
    trace: TraceRow
    changed: dict[str, object]
    escalation: CaseRow | None = None
    offer: tuple[CaseRow, ProposalRow] | None = None
    confirmed: bool = False
    withdrawn: bool = False


def begin(
    session: Session,
    new: Conversation,
    known: str | None,
    writer: Writer,
    named: Named | None,
    limit: Limit | None,
    now: datetime,
) -> Begun | Answered | TooOften | NoSuchConversation:
    """Begin a turn of the conversation `known`, else of the new one; or return the answer that was given before.

    What is refused is returned and not raised, so that its count is kept. Raises KeyInUse and KeyReused.
    """
    who = writer.customer_id or writer.visitor_id
    if who is not None and limit is not None and (wait := count(session, f"customer:{who}", limit, now)):
        return TooOften(wait)
    try:
        conversation = conversations.own_conversation(session, known, writer) if known is not None else None
    except NoSuchConversation as problem:
        return problem
    claim = idempotency.begin(session, named, now) if named is not None else None
    if isinstance(claim, Answered):
        return claim
    if conversation is None:
        return Begun(new, claim=claim)
    session.expunge(conversation)
    messages = list(conversations.messages_of(session, conversation.id, REMEMBERED))
    for message in messages:
        session.expunge(message)
    held = cases.held_by(session, conversation.id) if conversation.state == "with_person" else None
    if held is not None:
        session.expunge(held)
    return Begun(conversation, messages, held, claim)


def end(session: Session, begun: Begun, outcome: Outcome, named: Named | None, now: datetime) -> None:
    """Keep all that a turn brought, and its answer; raises LostRace and ClaimLost, and keeps nothing then."""
    conversations.add_turn(session, begun.conversation, outcome.said, now, **outcome.changed)
    session.flush()
    add_decision(session, outcome.decision, outcome.trace)
    session.flush()
    id = begun.conversation.id
    if outcome.withdrawn:
        cases.withdraw_offers(session, id, now)
    if outcome.confirmed:
        cases.confirm_offer(session, id, now)
    if outcome.offer is not None:
        cases.propose(session, *outcome.offer)
    if outcome.escalation is not None:
        cases.open_case(session, outcome.escalation)
    if named is not None and begun.claim is not None:
        idempotency.finish(session, named, begun.claim, Answered(200, outcome.decision.body))


def give_up(session: Session, begun: Begun, named: Named | None) -> None:
    """Let the key of a turn go that brought nothing."""
    if named is not None and begun.claim is not None:
        idempotency.give_up(session, named, begun.claim)
