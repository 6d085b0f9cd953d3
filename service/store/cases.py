"""Cases for people, and the refunds that wait for a person's word."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, update
from sqlmodel import Session, col, select

from service.store.tables import CaseRow, ProposalRow

NOT_CLOSED = ("waiting", "open")


def open_case(session: Session, case: CaseRow) -> None:
    """Add an escalation. A conversation in which one is not closed keeps that one, moved up where this is worse.

    Two escalations of one conversation are one piece of work, whoever comes first.
    """
    there = held_by(session, case.conversation_id)
    if there is None:
        session.add(case)
        session.flush()
        return
    there.rank, there.priority = min((there.rank, there.priority), (case.rank, case.priority))
    there.updated_at = case.created_at
    session.add(there)


def propose(session: Session, case: CaseRow, proposal: ProposalRow) -> None:
    """Add a refund that may be approved, with its case; an earlier offer of the conversation is withdrawn."""
    withdraw_offers(session, case.conversation_id, case.created_at)
    session.add(case)
    session.flush()
    session.add(proposal)


def withdraw_offers(session: Session, conversation_id: str, now: datetime) -> None:
    """Withdraw what was offered in a conversation and not confirmed, and close its cases."""
    for proposal in offers_of(session, conversation_id):
        proposal.state, proposal.updated_at = "withdrawn", now
        session.add(proposal)
        close_case(session, proposal.case_id, now)


def confirm_offer(session: Session, conversation_id: str, now: datetime) -> bool:
    """Note that the customer wants the refund that was offered; say whether there was one."""
    offers = offers_of(session, conversation_id)
    for proposal in offers:
        proposal.state, proposal.updated_at = "confirmed", now
        session.add(proposal)
        waiting = col(CaseRow.id) == proposal.case_id
        session.execute(update(CaseRow).where(waiting).values(state="open", updated_at=now))
    return bool(offers)


def offers_of(session: Session, conversation_id: str) -> Sequence[ProposalRow]:
    """Return the refunds that are offered in a conversation and not confirmed: one at most.

    They are locked: one that a person is approving at this moment is waited for, and is none any more then.
    """
    query = select(ProposalRow).where(ProposalRow.conversation_id == conversation_id, ProposalRow.state == "offered")
    return session.exec(query.with_for_update()).all()


def held_by(session: Session, conversation_id: str) -> CaseRow | None:
    """Return the case by which a person holds a conversation."""
    query = select(CaseRow).where(
        CaseRow.conversation_id == conversation_id,
        CaseRow.kind == "escalation",
        col(CaseRow.state).in_(NOT_CLOSED),
    )
    return session.exec(query).first()


def close_case(session: Session, id: str, now: datetime) -> None:
    """Close a case; one that is closed stays so."""
    session.execute(update(CaseRow).where(col(CaseRow.id) == id).values(state="closed", updated_at=now))


def open_cases(session: Session) -> int:
    """Return how many cases wait for a person."""
    return int(session.exec(select(func.count()).select_from(CaseRow).where(CaseRow.state == "open")).one())
