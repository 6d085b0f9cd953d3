"""A row for every table of the service, each fit for the others."""

from datetime import UTC, datetime, timedelta

from sqlmodel import Session

from service.store import tables
from service.store.tables import Row

NOW = datetime(2026, 11, 25, tzinfo=UTC)
CONVERSATION, TICKET, TRACE, CASE = "V-1", "T-1", "R-1", "E-1"


def one_of_each(session: Session) -> None:
    """Add one row to every table."""
    for row in _rows():
        session.add(row)
        session.flush()  # before those that refer to it


def _rows() -> list[Row]:
    made, changed = {"created_at": NOW}, {"created_at": NOW, "updated_at": NOW}
    decided = {"category": "other_unsupported", "priority": "low"}
    asked = {"order_id": "A-1", "amount_minor": 100, "currency": "EUR", "reason_code": "x", "evidence_id": "e"}
    return [
        tables.ApiKey(id="K-1", name="a shop", role="service", digest="d", **made),
        tables.WebSession(id="W-1", key_id="K-1", ends_at=NOW + timedelta(hours=1), **made),
        tables.SigningSecret(id="S-1", secret="s", **made),  # noqa: S106 - signs nothing
        tables.Conversation(id=CONVERSATION, customer_id="C-1", turns=1, thread="{}", **changed),
        tables.Message(conversation_id=CONVERSATION, place=0, role="customer", text="hello", ticket_id=TICKET, **made),
        tables.DecisionRow(
            ticket_id=TICKET,
            conversation_id=CONVERSATION,
            trace_id=TRACE,
            channel="chat",
            next_action="escalate",
            latency_ms=1.5,
            release="r",
            body="{}",
            **decided,
            **made,
        ),
        tables.TraceRow(trace_id=TRACE, ticket_id=TICKET, body="{}", **made),
        tables.CaseRow(
            id=CASE,
            conversation_id=CONVERSATION,
            ticket_id=TICKET,
            kind="refund",
            state="open",
            team="t",
            rank=0,
            reason="refund",
            facts="{}",
            **decided,
            **changed,
        ),
        tables.Correction(id="O-1", case_id=CASE, field="priority", before="low", after="high", by="K-1", **made),
        tables.ProposalRow(
            id="P-1", case_id=CASE, conversation_id=CONVERSATION, customer_id="C-1", state="offered", **asked, **changed
        ),
        tables.OutboxRow(key="P-1", kind="refund", payload="{}", next_at=NOW, **made),
        tables.FeedbackRow(id="F-1", ticket_id=TICKET, rating="up", by="K-1", **made),
        tables.IdempotencyRow(
            caller="K-1", route="r", key="k", fingerprint="f", state="in_progress", claim="c", claimed_at=NOW, **made
        ),
        tables.HourSum(begins_at=NOW, until=NOW + timedelta(minutes=5), body="{}"),
        tables.CountRow(subject="caller:K-1", window=1, count=1, ends_at=NOW + timedelta(minutes=1)),
    ]
