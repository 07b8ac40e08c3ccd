"""Scripts, calls and hand-overs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from backend.adapters.db.base import UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "incoming_calls",
        sa.Column("id", _BIG, autoincrement=True, nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("call_id", sa.String(length=128), nullable=False),
        sa.Column("caller", sa.String(length=32), nullable=False),
        sa.Column("called", sa.String(length=32), nullable=False),
        sa.Column("caller_kind", sa.String(length=16), nullable=False),
        sa.Column("home_id", sa.String(length=64), nullable=True),
        sa.Column("home_label", sa.String(length=128), nullable=True),
        sa.Column("matches", sa.JSON(), nullable=False),
        sa.Column("alert_id", sa.String(length=36), nullable=True),
        sa.Column("organisation_id", sa.String(length=64), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incoming_calls")),
        sa.UniqueConstraint("account", "call_id", name=op.f("uq_incoming_calls_account_call_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_incoming_calls_organisation_id"), "incoming_calls", ["organisation_id"], unique=False)
    op.create_table(
        "calls",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("alert_id", sa.String(length=36), nullable=False),
        sa.Column("to_kind", sa.String(length=24), nullable=False),
        sa.Column("to_id", sa.String(length=64), nullable=True),
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column("actor_kind", sa.String(length=16), nullable=False),
        sa.Column("actor_id", sa.String(length=64), nullable=False),
        sa.Column("actor_name", sa.String(length=128), nullable=False),
        sa.Column("began_at", UtcDateTime(), nullable=False),
        sa.Column("result", sa.String(length=16), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("seconds", sa.Integer(), nullable=True),
        sa.Column("recording_reference", sa.String(length=256), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("command_id", sa.String(length=36), nullable=True),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name=op.f("fk_calls_alert_id_alerts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calls")),
    )
    op.create_index("ix_calls_alert_id_began_at", "calls", ["alert_id", "began_at"], unique=False)
    op.create_table(
        "hand_overs",
        sa.Column("alert_id", sa.String(length=36), nullable=False),
        sa.Column("called_at", UtcDateTime(), nullable=False),
        sa.Column("reference", sa.String(length=64), nullable=True),
        sa.Column("call_back", sa.String(length=32), nullable=True),
        sa.Column("vehicle", sa.String(length=16), nullable=True),
        sa.Column("vehicle_at", UtcDateTime(), nullable=True),
        sa.Column("met_by", sa.String(length=128), nullable=True),
        sa.Column("hospital", sa.String(length=128), nullable=True),
        sa.Column("condition", sa.Text(), nullable=True),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("changed_by", sa.String(length=64), nullable=False),
        sa.Column("follow_ups_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name=op.f("fk_hand_overs_alert_id_alerts")),
        sa.PrimaryKeyConstraint("alert_id", name=op.f("pk_hand_overs")),
    )
    op.create_table(
        "script_marks",
        sa.Column("id", _BIG, autoincrement=True, nullable=False),
        sa.Column("alert_id", sa.String(length=36), nullable=False),
        sa.Column("step", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=512), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("actor_kind", sa.String(length=16), nullable=False),
        sa.Column("actor_id", sa.String(length=64), nullable=False),
        sa.Column("actor_name", sa.String(length=128), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name=op.f("fk_script_marks_alert_id_alerts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_script_marks")),
    )
    op.create_index(op.f("ix_script_marks_alert_id"), "script_marks", ["alert_id"], unique=False)
    op.create_index(
        "ix_script_marks_impossible",
        "script_marks",
        ["id"],
        unique=False,
        sqlite_where=sa.text("state = 'impossible'"),
        postgresql_where=sa.text("state = 'impossible'"),
    )
    op.create_table(
        "voice_watches",
        sa.Column("alert_id", sa.String(length=36), nullable=False),
        sa.Column("cause", sa.String(length=16), nullable=False),
        sa.Column("silence", sa.String(length=16), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=True),
        sa.Column("fired_at", UtcDateTime(), nullable=True),
        sa.Column("over", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("sent_kind", sa.String(length=16), nullable=True),
        sa.Column("sent_id", sa.String(length=64), nullable=True),
        sa.Column("sent_name", sa.String(length=128), nullable=True),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name=op.f("fk_voice_watches_alert_id_alerts")),
        sa.PrimaryKeyConstraint("alert_id", name=op.f("pk_voice_watches")),
    )
    op.create_index(
        "ix_voice_watches_due_at",
        "voice_watches",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("due_at IS NOT NULL"),
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )
    op.create_table(
        "script_reviews",
        sa.Column("mark_id", _BIG, nullable=False),
        sa.Column("verdict", sa.String(length=16), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("reviewer_id", sa.String(length=64), nullable=False),
        sa.Column("reviewer_name", sa.String(length=128), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["mark_id"], ["script_marks.id"], name=op.f("fk_script_reviews_mark_id_script_marks")),
        sa.PrimaryKeyConstraint("mark_id", name=op.f("pk_script_reviews")),
    )
