"""What people at the desk see and do: cases in order, replies, corrections, and decisions about refunds."""

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, update
from sqlmodel import Session, col, select

from service.store.cases import close_case, held_by
from service.store.conversations import LostRace, add_turn, conversation_of, messages_of
from service.store.tables import CaseRow, Conversation, Correction, Message, OutboxRow, ProposalRow

APPROVABLE = ("offered", "confirmed")


class NoSuchCase(Exception):
    """There is no case with this id."""


class AlreadyDecided(Exception):
    """The refund was decided before, or is not to be decided; nothing was changed."""


@dataclass(frozen=True)
class CaseFile:
    """A case with all that belongs to it."""

    case: CaseRow
    customer_id: str | None  # None of a visitor, or of nobody known
    proposal: ProposalRow | None
    messages: Sequence[Message]
    corrections: Sequence[Correction]


def list_cases(session: Session, state: str, most: int, after: str | None) -> list[tuple[CaseRow, ProposalRow | None]]:
    """Return cases of a state, the most urgent first and of these the oldest; those that come after a case's id."""
    query = select(CaseRow, ProposalRow).outerjoin(ProposalRow, col(ProposalRow.case_id) == col(CaseRow.id))
    query = query.where(CaseRow.state == state)
    before = session.get(CaseRow, after) if after is not None else None
    if before is not None:
        place = (before.rank, before.created_at, before.id)
        query = query.where(_later(place))
    order = (col(CaseRow.rank), col(CaseRow.created_at), col(CaseRow.id))
    found: list[tuple[CaseRow, ProposalRow | None]] = [
        (case, proposal) for case, proposal in session.exec(query.order_by(*order).limit(most)).all()
    ]
    session.expunge_all()
    return found


def case_file(session: Session, id: str) -> CaseFile:
    """Return a case with all that belongs to it; raises NoSuchCase."""
    case = _case(session, id)
    proposal = proposal_of(session, id)
    corrections = session.exec(
        select(Correction).where(Correction.case_id == id).order_by(col(Correction.created_at), col(Correction.id))
    ).all()
    customer_id = session.exec(select(Conversation.customer_id).where(Conversation.id == case.conversation_id)).first()
    found = CaseFile(case, customer_id, proposal, messages_of(session, case.conversation_id), corrections)
    session.expunge_all()
    return found


def proposal_of(session: Session, case_id: str) -> ProposalRow | None:
    """Return the refund that a case is about."""
    return session.exec(select(ProposalRow).where(ProposalRow.case_id == case_id)).first()


def reply(session: Session, id: str, text: str, now: datetime, seen: int | None = None) -> None:
    """Say something to the customer as a person; raises NoSuchCase or LostRace.

    `seen` is how many messages the person saw: where there are more by now, nothing is said.
    """
    conversation = _conversation(session, id)
    if seen is not None and conversation.turns != seen:
        raise LostRace
    add_turn(session, conversation, [("person", text, None)], now)


@dataclass(frozen=True)
class Corrected:
    """What a person puts right: new values by field (category, priority, next_action), who does, and why."""

    changes: Mapping[str, str]
    by: str
    reason: str | None = None
    rank: int | None = None  # of the new priority


def correct(session: Session, id: str, corrected: Corrected, now: datetime) -> None:
    """Put a case right, and keep what it was; raises NoSuchCase."""
    case = _case(session, id, locked=True)
    for field, after in corrected.changes.items():
        before = str(getattr(case, field) or "")
        if before == after:
            continue
        session.add(
            Correction(
                id=secrets.token_hex(12),
                case_id=id,
                field=field,
                before=before,
                after=after,
                by=corrected.by,
                reason=corrected.reason,
                created_at=now,
            )
        )
        setattr(case, field, after)
    if corrected.rank is not None:
        case.rank = corrected.rank
    case.updated_at = now
    session.add(case)


def approve(session: Session, id: str, by: str, now: datetime) -> None:
    """Approve a case's refund and let it leave, in one transaction; raises NoSuchCase or AlreadyDecided."""
    _case(session, id)
    proposal = _decided(session, id, "approved", by, now)
    payload = {
        "order_id": proposal.order_id,
        "amount_minor": proposal.amount_minor,
        "currency": proposal.currency,
        "customer_id": proposal.customer_id,
    }
    session.add(OutboxRow(key=proposal.id, kind="refund", payload=json.dumps(payload), next_at=now, created_at=now))


def decline(session: Session, id: str, by: str, why: str, now: datetime, *, state: str = "declined") -> None:
    """Decline a case's refund and close the case; raises NoSuchCase or AlreadyDecided."""
    _case(session, id)
    proposal = _decided(session, id, state, by, now)
    proposal.why = why
    session.add(proposal)
    close_case(session, id, now)


def hand_back(session: Session, id: str, now: datetime) -> None:
    """Close a case; its conversation is the agent's again where no other case holds it. Raises NoSuchCase.

    A refund that nobody has decided is withdrawn with it.
    """
    conversation = _conversation(session, id, locked=True)
    undecided = and_(col(ProposalRow.case_id) == id, col(ProposalRow.state).in_(APPROVABLE))
    session.execute(update(ProposalRow).where(undecided).values(state="withdrawn", updated_at=now))
    close_case(session, id, now)
    if held_by(session, conversation.id) is None:
        mine = col(Conversation.id) == conversation.id
        session.execute(update(Conversation).where(mine).values(state="open", updated_at=now))


def _decided(session: Session, case_id: str, state: str, by: str, now: datetime) -> ProposalRow:
    """Move a refund on from where it waits. Of many who do so at once, one does; the others raise AlreadyDecided."""
    waiting = and_(col(ProposalRow.case_id) == case_id, col(ProposalRow.state).in_(APPROVABLE))
    moved = session.execute(update(ProposalRow).where(waiting).values(state=state, decided_by=by, updated_at=now))
    if moved.rowcount != 1:  # type: ignore[attr-defined]
        raise AlreadyDecided
    found = proposal_of(session, case_id)
    if found is None:
        raise AlreadyDecided
    return found


def _case(session: Session, id: str, *, locked: bool = False) -> CaseRow:
    case = session.get(CaseRow, id, with_for_update=locked)
    if case is None:
        raise NoSuchCase
    return case


def _conversation(session: Session, case_id: str, *, locked: bool = False) -> Conversation:
    conversation = conversation_of(session, _case(session, case_id).conversation_id, locked=locked)
    if conversation is None:
        raise NoSuchCase
    session.expunge(conversation)
    return conversation


def _later(place: tuple[int, datetime, str]) -> ColumnElement[bool]:
    rank, created_at, id = place
    return (
        (col(CaseRow.rank) > rank)
        | ((col(CaseRow.rank) == rank) & (col(CaseRow.created_at) > created_at))
        | ((col(CaseRow.rank) == rank) & (col(CaseRow.created_at) == created_at) & (col(CaseRow.id) > id))
    )
