"""The first tables.

Longer than most files: a migration is a record and is not split.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables, each before those that refer to it."""
    op.create_table(
        "api_key",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("role IN ('service', 'desk', 'ops', 'admin')", name=op.f("ck_api_key_role")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_key")),
        sa.UniqueConstraint("digest", name=op.f("uq_api_key_digest")),
    )
    op.create_table(
        "conversation",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("customer_id", sa.String(), nullable=True),
        sa.Column("visitor_id", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("turns", sa.Integer(), nullable=False),
        sa.Column("thread", sa.Text(), nullable=True),
        sa.Column("proved_order_id", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('open', 'with_person')", name=op.f("ck_conversation_state")),
        sa.CheckConstraint("customer_id IS NULL OR visitor_id IS NULL", name=op.f("ck_conversation_one_owner")),
        sa.CheckConstraint("turns >= 0", name=op.f("ck_conversation_turns")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversation")),
    )
    op.create_index(op.f("ix_conversation_customer_id"), "conversation", ["customer_id"], unique=False)
    op.create_index(op.f("ix_conversation_updated_at"), "conversation", ["updated_at"], unique=False)
    op.create_index(op.f("ix_conversation_visitor_id"), "conversation", ["visitor_id"], unique=False)
    op.create_table(
        "count_in_window",
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("window", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("subject", "window", name=op.f("pk_count_in_window")),
    )
    op.create_index(op.f("ix_count_in_window_ends_at"), "count_in_window", ["ends_at"], unique=False)
    op.create_table(
        "idempotency",
        sa.Column("caller", sa.String(), nullable=False),
        sa.Column("route", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("claim", sa.String(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('in_progress', 'done')", name=op.f("ck_idempotency_state")),
        sa.PrimaryKeyConstraint("caller", "route", "key", name=op.f("pk_idempotency")),
    )
    op.create_index(op.f("ix_idempotency_created_at"), "idempotency", ["created_at"], unique=False)
    op.create_table(
        "outbox",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('refund')", name=op.f("ck_outbox_kind")),
        sa.CheckConstraint("state IN ('pending', 'done', 'refused')", name=op.f("ck_outbox_state")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_outbox")),
    )
    op.create_index("ix_outbox_due", "outbox", ["state", "next_at"], unique=False)
    op.create_table(
        "signing_secret",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("secret", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signing_secret")),
    )
    op.create_table(
        "decision",
        sa.Column("ticket_id", sa.String(), nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("trace_id", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("priority", sa.String(), nullable=False),
        sa.Column("next_action", sa.String(), nullable=False),
        sa.Column("latency_ms", sa.Float(), nullable=False),
        sa.Column("release", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.CheckConstraint("latency_ms >= 0", name=op.f("ck_decision_latency")),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"], name=op.f("fk_decision_conversation_id")),
        sa.PrimaryKeyConstraint("ticket_id", name=op.f("pk_decision")),
        sa.UniqueConstraint("trace_id", name=op.f("uq_decision_trace_id")),
    )
    op.create_index(op.f("ix_decision_conversation_id"), "decision", ["conversation_id"], unique=False)
    op.create_index(op.f("ix_decision_created_at"), "decision", ["created_at"], unique=False)
    op.create_table(
        "message",
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("ticket_id", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("role IN ('customer', 'agent', 'person')", name=op.f("ck_message_role")),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"], name=op.f("fk_message_conversation_id")),
        sa.PrimaryKeyConstraint("conversation_id", "place", name=op.f("pk_message")),
    )
    op.create_index(op.f("ix_message_ticket_id"), "message", ["ticket_id"], unique=False)
    op.create_table(
        "feedback",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("ticket_id", sa.String(), nullable=False),
        sa.Column("rating", sa.String(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("rating IN ('up', 'down')", name=op.f("ck_feedback_rating")),
        sa.ForeignKeyConstraint(["ticket_id"], ["decision.ticket_id"], name=op.f("fk_feedback_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback")),
    )
    op.create_index(op.f("ix_feedback_ticket_id"), "feedback", ["ticket_id"], unique=False)
    op.create_table(
        "support_case",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("ticket_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("team", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("priority", sa.String(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('escalation', 'refund')", name=op.f("ck_support_case_kind")),
        sa.CheckConstraint("state IN ('waiting', 'open', 'closed')", name=op.f("ck_support_case_state")),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"], name=op.f("fk_support_case_conversation_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["decision.ticket_id"], name=op.f("fk_support_case_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_support_case")),
        sa.UniqueConstraint("ticket_id", name=op.f("uq_support_case_ticket_id")),
    )
    op.create_index("ix_cases_in_order", "support_case", ["state", "rank", "created_at"], unique=False)
    op.create_index(
        "ix_one_case_of_a_conversation",
        "support_case",
        ["conversation_id"],
        unique=True,
        sqlite_where=sa.text("state <> 'closed' AND kind = 'escalation'"),
        postgresql_where=sa.text("state <> 'closed' AND kind = 'escalation'"),
    )
    op.create_index(op.f("ix_support_case_conversation_id"), "support_case", ["conversation_id"], unique=False)
    op.create_table(
        "trace",
        sa.Column("trace_id", sa.String(), nullable=False),
        sa.Column("ticket_id", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["trace_id"], ["decision.trace_id"], name=op.f("fk_trace_trace_id")),
        sa.PrimaryKeyConstraint("trace_id", name=op.f("pk_trace")),
    )
    op.create_index(op.f("ix_trace_created_at"), "trace", ["created_at"], unique=False)
    op.create_index(op.f("ix_trace_ticket_id"), "trace", ["ticket_id"], unique=False)
    op.create_table(
        "correction",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("before", sa.String(), nullable=False),
        sa.Column("after", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("field IN ('category', 'priority')", name=op.f("ck_correction_field")),
        sa.ForeignKeyConstraint(["case_id"], ["support_case.id"], name=op.f("fk_correction_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction")),
    )
    op.create_index(op.f("ix_correction_case_id"), "correction", ["case_id"], unique=False)
    op.create_table(
        "refund_proposal",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("order_id", sa.String(), nullable=False),
        sa.Column("customer_id", sa.String(), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("reason_code", sa.String(), nullable=False),
        sa.Column("evidence_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("refund_id", sa.String(), nullable=True),
        sa.Column("why", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('offered', 'confirmed', 'approved', 'issued', 'declined', 'withdrawn', 'refused')",
            name=op.f("ck_refund_proposal_state"),
        ),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_refund_proposal_amount")),
        sa.CheckConstraint("length(currency) = 3", name=op.f("ck_refund_proposal_currency")),
        sa.ForeignKeyConstraint(["case_id"], ["support_case.id"], name=op.f("fk_refund_proposal_case_id")),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name=op.f("fk_refund_proposal_conversation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refund_proposal")),
        sa.UniqueConstraint("case_id", name=op.f("uq_refund_proposal_case_id")),
    )
    op.create_index(op.f("ix_refund_proposal_conversation_id"), "refund_proposal", ["conversation_id"], unique=False)
    op.create_index(op.f("ix_refund_proposal_order_id"), "refund_proposal", ["order_id"], unique=False)


def downgrade() -> None:
    """Remove them."""
    op.drop_table("refund_proposal")
    op.drop_table("correction")
    op.drop_table("trace")
    op.drop_table("support_case")
    op.drop_table("feedback")
    op.drop_table("message")
    op.drop_table("decision")
    op.drop_table("signing_secret")
    op.drop_table("outbox")
    op.drop_table("idempotency")
    op.drop_table("count_in_window")
    op.drop_table("conversation")
    op.drop_table("api_key")
