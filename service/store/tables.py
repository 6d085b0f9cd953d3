"""The tables. SQLModel does not validate table rows, so the databases' own checks do.

Longer than most files: it is one schema. Bodies that are handed out again byte for byte are kept as text.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index, Integer, MetaData, Text, text
from sqlmodel import Field, SQLModel

from service.store.columns import UtcTime

NAMES = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class Row(SQLModel):
    """Common to the service's tables: a catalogue of their own, apart from the demo shop's, and named constraints."""

    metadata = MetaData(naming_convention=NAMES)


def _one_of(column: str, *values: str) -> CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def _time(**options: Any) -> Any:
    return Field(sa_type=UtcTime, **options)


class ApiKey(Row, table=True):
    """A server's key; only a digest of its secret is kept."""

    __tablename__ = "api_key"
    __table_args__ = (_one_of("role", "service", "desk", "ops", "admin"),)

    id: str = Field(primary_key=True)
    name: str
    role: str
    digest: str = Field(unique=True)
    created_at: datetime = _time()
    revoked_at: datetime | None = _time(default=None)


class WebSession(Row, table=True):
    """Somebody who signed in on a page with a key. `id` is a digest of what the browser's cookie holds."""

    __tablename__ = "web_session"

    id: str = Field(primary_key=True)
    key_id: str = Field(foreign_key="api_key.id", index=True)
    created_at: datetime = _time()
    ends_at: datetime = _time(index=True)


class SigningSecret(Row, table=True):
    """What chat tokens are signed with; the newest signs, all that are kept verify."""

    __tablename__ = "signing_secret"

    id: str = Field(primary_key=True)
    secret: str
    created_at: datetime = _time()


class Conversation(Row, table=True):
    """One conversation of one customer, of one anonymous visitor, or of nobody known.

    `turns` counts messages; a turn that finds another count than it began with has lost a race. `thread` is the
    agent's, as JSON.
    """

    __tablename__ = "conversation"
    __table_args__ = (
        _one_of("state", "open", "with_person"),
        CheckConstraint("customer_id IS NULL OR visitor_id IS NULL", name="one_owner"),
        CheckConstraint("turns >= 0", name="turns"),
    )

    id: str = Field(primary_key=True)
    customer_id: str | None = Field(default=None, index=True)
    visitor_id: str | None = Field(default=None, index=True)
    state: str = "open"
    turns: int = 0
    thread: str | None = Field(default=None, sa_type=Text)
    proved_order_id: str | None = None
    created_at: datetime = _time()
    updated_at: datetime = _time(index=True)


class Message(Row, table=True):
    """What was said, in order."""

    __tablename__ = "message"
    __table_args__ = (_one_of("role", "customer", "agent", "person"),)

    conversation_id: str = Field(foreign_key="conversation.id", primary_key=True)
    place: int = Field(primary_key=True)
    role: str
    text: str = Field(sa_type=Text)
    ticket_id: str | None = Field(default=None, index=True)
    created_at: datetime = _time()


class DecisionRow(Row, table=True):
    """A Decision; `body` is what was answered, byte for byte, the columns are what is counted and searched."""

    __tablename__ = "decision"
    __table_args__ = (CheckConstraint("latency_ms >= 0", name="latency"),)

    ticket_id: str = Field(primary_key=True)
    conversation_id: str = Field(foreign_key="conversation.id", index=True)
    trace_id: str = Field(unique=True)
    channel: str
    category: str
    priority: str
    next_action: str
    latency_ms: float
    release: str
    confidence: float | None = None  # null in rows of a version that did not count it, and so are the next three
    unsure: bool | None = None
    cost_usd: float | None = None  # null also where it is not known
    steps_ms: str | None = Field(default=None, sa_type=Text)  # how long each step took, as JSON
    created_at: datetime = _time(index=True)
    body: str = Field(sa_type=Text)


class TraceRow(Row, table=True):
    """The trace of a Decision's run."""

    __tablename__ = "trace"

    trace_id: str = Field(foreign_key="decision.trace_id", primary_key=True)
    ticket_id: str = Field(index=True)
    created_at: datetime = _time(index=True)
    body: str = Field(sa_type=Text)


class CaseRow(Row, table=True):
    """Work for a person. A conversation has at most one that is not closed; `facts` is all that was found, as JSON."""

    __tablename__ = "support_case"
    __table_args__ = (
        _one_of("kind", "escalation", "refund"),
        _one_of("state", "waiting", "open", "closed"),
        Index(
            "ix_one_case_of_a_conversation",
            "conversation_id",
            unique=True,
            sqlite_where=text("state <> 'closed' AND kind = 'escalation'"),
            postgresql_where=text("state <> 'closed' AND kind = 'escalation'"),
        ),
        Index("ix_cases_in_order", "state", "rank", "created_at"),
    )

    id: str = Field(primary_key=True)
    conversation_id: str = Field(foreign_key="conversation.id", index=True)
    ticket_id: str = Field(foreign_key="decision.ticket_id", unique=True)
    kind: str
    state: str
    team: str
    category: str
    priority: str
    rank: int = Field(sa_type=Integer)  # of the priority, 0 first
    next_action: str | None = None
    reason: str
    facts: str = Field(sa_type=Text)
    created_at: datetime = _time()
    updated_at: datetime = _time()


class Correction(Row, table=True):
    """What a person put right on a case."""

    __tablename__ = "correction"
    __table_args__ = (_one_of("field", "category", "priority", "next_action"),)

    id: str = Field(primary_key=True)
    case_id: str = Field(foreign_key="support_case.id", index=True)
    field: str
    before: str
    after: str
    by: str
    reason: str | None = Field(default=None, sa_type=Text)
    created_at: datetime = _time()


class ProposalRow(Row, table=True):
    """A refund that a tool found eligible and that a person may approve. Its id is the key under which it is paid."""

    __tablename__ = "refund_proposal"
    __table_args__ = (
        _one_of("state", "offered", "confirmed", "approved", "issued", "declined", "withdrawn", "refused"),
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint("length(currency) = 3", name="currency"),
    )

    id: str = Field(primary_key=True)
    case_id: str = Field(foreign_key="support_case.id", unique=True)
    conversation_id: str = Field(foreign_key="conversation.id", index=True)
    order_id: str = Field(index=True)
    customer_id: str | None
    amount_minor: int = Field(sa_type=BigInteger)
    currency: str
    reason_code: str
    evidence_id: str
    state: str
    decided_by: str | None = None
    refund_id: str | None = None
    why: str | None = None  # it was refused or declined
    created_at: datetime = _time()
    updated_at: datetime = _time()


class OutboxRow(Row, table=True):
    """An effect on another system that was decided here and has to leave exactly once in its meaning."""

    __tablename__ = "outbox"
    __table_args__ = (
        _one_of("kind", "refund"),
        _one_of("state", "pending", "done", "refused"),
        Index("ix_outbox_due", "state", "next_at"),
    )

    key: str = Field(primary_key=True)
    kind: str
    payload: str = Field(sa_type=Text)
    state: str = "pending"
    attempts: int = 0
    next_at: datetime = _time()
    error: str | None = None
    created_at: datetime = _time()
    done_at: datetime | None = _time(default=None)


class FeedbackRow(Row, table=True):
    """What a customer or a colleague thought of a Decision."""

    __tablename__ = "feedback"
    __table_args__ = (_one_of("rating", "up", "down"),)

    id: str = Field(primary_key=True)
    ticket_id: str = Field(foreign_key="decision.ticket_id", index=True)
    rating: str
    comment: str | None = Field(default=None, sa_type=Text)
    by: str
    created_at: datetime = _time()


class HourSum(Row, table=True):
    """What was decided within an hour, up to a moment: counts and how latencies are spread, as JSON."""

    __tablename__ = "hour_sum"

    begins_at: datetime = _time(primary_key=True)
    until: datetime = _time()
    body: str = Field(sa_type=Text)


class IdempotencyRow(Row, table=True):
    """A request that names a key: in progress, or done with the answer that is given again."""

    __tablename__ = "idempotency"
    __table_args__ = (_one_of("state", "in_progress", "done"),)

    caller: str = Field(primary_key=True)
    route: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    fingerprint: str
    state: str
    claim: str  # who is at it; a claim that was taken over saves nothing
    status: int | None = None
    body: str | None = Field(default=None, sa_type=Text)
    claimed_at: datetime = _time()
    created_at: datetime = _time(index=True)


class CountRow(Row, table=True):
    """How often a subject did something within one window; `window` is its number since 1970."""

    __tablename__ = "count_in_window"

    subject: str = Field(primary_key=True)
    window: int = Field(primary_key=True, sa_type=BigInteger)
    count: int = Field(sa_type=BigInteger)
    ends_at: datetime = _time(index=True)
