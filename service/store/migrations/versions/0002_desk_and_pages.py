"""What the pages need: people's sessions, reasons of corrections, and what is counted over time."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_FIELDS = {"0001": ("category", "priority"), "0002": ("category", "priority", "next_action")}
# A Decision tells these of itself, in JSON.
_FROM_BODY = {
    "postgresql": "UPDATE decision SET confidence = (body::json ->> 'confidence')::float, "
    "cost_usd = (body::json -> 'usage' ->> 'cost_usd')::float, "
    "unsure = (body::json ->> 'flags') LIKE '%\"low_confidence\"%' WHERE body <> '{}'",
    "sqlite": "UPDATE decision SET confidence = json_extract(body, '$.confidence'), "
    "cost_usd = json_extract(body, '$.usage.cost_usd'), "
    "unsure = json_extract(body, '$.flags') LIKE '%\"low_confidence\"%' WHERE body <> '{}'",
}


def upgrade() -> None:
    """Add tables and columns; Decisions that are there already tell what the new columns hold."""
    op.create_table(
        "web_session",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("key_id", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["key_id"], ["api_key.id"], name=op.f("fk_web_session_key_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_web_session")),
    )
    op.create_index(op.f("ix_web_session_key_id"), "web_session", ["key_id"], unique=False)
    op.create_index(op.f("ix_web_session_ends_at"), "web_session", ["ends_at"], unique=False)
    op.create_table(
        "hour_sum",
        sa.Column("begins_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("begins_at", name=op.f("pk_hour_sum")),
    )
    op.add_column("decision", sa.Column("confidence", sa.Float(), nullable=True))
    op.add_column("decision", sa.Column("unsure", sa.Boolean(), nullable=True))
    op.add_column("decision", sa.Column("cost_usd", sa.Float(), nullable=True))
    op.add_column("decision", sa.Column("steps_ms", sa.Text(), nullable=True))
    op.execute(_FROM_BODY[op.get_bind().dialect.name])
    op.add_column("support_case", sa.Column("next_action", sa.String(), nullable=True))
    op.execute(
        "UPDATE support_case SET next_action = "
        "(SELECT next_action FROM decision WHERE decision.ticket_id = support_case.ticket_id)"
    )
    op.add_column("correction", sa.Column("reason", sa.Text(), nullable=True))
    _allow(_FIELDS["0002"])


def downgrade() -> None:
    """Take them away; corrections of an action go with the column that they were of."""
    op.execute("DELETE FROM correction WHERE field = 'next_action'")
    _allow(_FIELDS["0001"])
    for table, columns in {
        "correction": ("reason",),
        "support_case": ("next_action",),
        "decision": ("confidence", "unsure", "cost_usd", "steps_ms"),
    }.items():
        for column in columns:
            op.drop_column(table, column)
    op.drop_table("hour_sum")
    op.drop_table("web_session")


def _allow(fields: tuple[str, ...]) -> None:
    """Let corrections be of these fields. SQLite can't change a check: there the table is written anew."""
    listed = ", ".join(f"'{field}'" for field in fields)
    with op.batch_alter_table("correction") as table:
        table.drop_constraint(op.f("ck_correction_field"), type_="check")
        table.create_check_constraint(op.f("ck_correction_field"), sa.text(f"field IN ({listed})"))
