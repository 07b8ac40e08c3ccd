"""Assignments: who was asked by link and what they answered; who is alone on site; keys; replies by text."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from backend.adapters.db.base import UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _assignments()
    _lone_workers()
    _key_uses()
    _replies()


def _assignments() -> None:
    op.create_table(
        "assignments",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("alert_id", sa.String(length=36), nullable=False),
        sa.Column("notice_id", sa.String(length=36), nullable=True),
        sa.Column("recipient_kind", sa.String(length=16), nullable=False),
        sa.Column("recipient_id", sa.String(length=64), nullable=False),
        sa.Column("recipient_name", sa.String(length=128), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("reply_code", sa.String(length=6), nullable=True),
        sa.Column("bound_to", sa.String(length=64), nullable=True),
        sa.Column("by_hand", sa.String(length=128), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=True),
        sa.Column("held_until", UtcDateTime(), nullable=True),
        sa.Column("accepted_at", UtcDateTime(), nullable=True),
        sa.Column("eta_at", UtcDateTime(), nullable=True),
        sa.Column("arrived_at", UtcDateTime(), nullable=True),
        sa.Column("second_asked_at", UtcDateTime(), nullable=True),
        sa.Column("forced_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("outcome", sa.String(length=32), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name=op.f("fk_assignments_alert_id_alerts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignments")),
        sa.UniqueConstraint(
            "alert_id",
            "recipient_kind",
            "recipient_id",
            "role",
            name=op.f("uq_assignments_alert_id_recipient_kind_recipient_id_role"),
        ),
        sa.UniqueConstraint("reply_code", name=op.f("uq_assignments_reply_code")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_assignments_token_sha256")),
    )
    op.create_index(
        "ix_assignments_open",
        "assignments",
        ["expires_at"],
        unique=False,
        sqlite_where=sa.text("reply_code IS NOT NULL"),
        postgresql_where=sa.text("reply_code IS NOT NULL"),
    )
    op.create_index("ix_assignments_recipient", "assignments", ["recipient_kind", "recipient_id"], unique=False)


def _lone_workers() -> None:
    op.create_table(
        "lone_workers",
        sa.Column("assignment_id", sa.String(length=36), nullable=False),
        sa.Column("alert_id", sa.String(length=36), nullable=False),
        sa.Column("every_seconds", sa.Integer(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=True),
        sa.Column("said_at", UtcDateTime(), nullable=True),
        sa.Column("overdue", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name=op.f("fk_lone_workers_alert_id_alerts")),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignments.id"], name=op.f("fk_lone_workers_assignment_id_assignments")
        ),
        sa.PrimaryKeyConstraint("assignment_id", name=op.f("pk_lone_workers")),
    )
    op.create_index(op.f("ix_lone_workers_alert_id"), "lone_workers", ["alert_id"], unique=False)
    op.create_index(
        "ix_lone_workers_due_at",
        "lone_workers",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("due_at IS NOT NULL"),
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )


def _key_uses() -> None:
    op.create_table(
        "key_uses",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("home_id", sa.String(length=64), nullable=False),
        sa.Column("alert_id", sa.String(length=36), nullable=False),
        sa.Column("assignment_id", sa.String(length=36), nullable=True),
        sa.Column("who", sa.String(length=128), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("returned_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name=op.f("fk_key_uses_alert_id_alerts")),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignments.id"], name=op.f("fk_key_uses_assignment_id_assignments")
        ),
        sa.ForeignKeyConstraint(["home_id"], ["homes.id"], name=op.f("fk_key_uses_home_id_homes")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_key_uses")),
    )
    op.create_index(op.f("ix_key_uses_alert_id"), "key_uses", ["alert_id"], unique=False)
    op.create_index(op.f("ix_key_uses_assignment_id"), "key_uses", ["assignment_id"], unique=False)
    op.create_index(op.f("ix_key_uses_home_id"), "key_uses", ["home_id"], unique=False)


def _replies() -> None:
    op.create_table(
        "replies",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("provider", sa.String(length=16), nullable=False),
        sa.Column("provider_id", sa.String(length=128), nullable=True),
        sa.Column("phone", sa.String(length=32), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=False),
        sa.Column("alert_id", sa.String(length=36), nullable=True),
        sa.Column("assignment_id", sa.String(length=36), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_replies")),
        sa.UniqueConstraint("provider", "provider_id", name=op.f("uq_replies_provider_provider_id")),
    )
    op.create_index(op.f("ix_replies_alert_id"), "replies", ["alert_id"], unique=False)
    op.create_index("ix_replies_phone_at", "replies", ["phone", "at"], unique=False)
