"""Events, alerts, timelines, the outbox of commands, the change log, refused messages, idempotency keys."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from backend.adapters.db.base import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _events()
    _alerts()
    _alert_timeline()
    _commands()
    _alert_changes()
    _refused_messages()
    _idempotency_keys()


def _events() -> None:
    op.create_table(
        "events",
        sa.Column("id", _BIG, autoincrement=True, nullable=False),
        sa.Column("device_id", sa.String(length=63), nullable=False),
        sa.Column("event_id", sa.String(length=160), nullable=False),
        sa.Column("variant", sa.String(length=256), nullable=False),
        sa.Column("readable", sa.Boolean(), nullable=False),
        sa.Column("type", sa.String(length=128), nullable=False),
        sa.Column("device_time", UtcDateTime(), nullable=True),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("stored_at", UtcDateTime(), nullable=False),
        sa.Column("retained", sa.Boolean(), nullable=False),
        sa.Column("gateway", sa.String(length=64), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("flags", sa.JSON(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=True),
        sa.Column("boot", sa.BigInteger(), nullable=True),
        sa.Column("sos_seq", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(length=64), nullable=True),
        sa.Column("alert_id", sa.String(length=36), nullable=True),
        sa.Column("copies", sa.Integer(), server_default="1", nullable=False),
        sa.Column("last_copy_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_events"),
        sa.UniqueConstraint("device_id", "event_id", "variant", name="uq_events_device_id_event_id_variant"),
    )
    op.create_index("ix_events_alert_id", "events", ["alert_id"], unique=False)


def _alerts() -> None:
    op.create_table(
        "alerts",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("device_id", sa.String(length=63), nullable=False),
        sa.Column("type", sa.String(length=128), nullable=False),
        sa.Column("severity", sa.String(length=16), nullable=False),
        sa.Column("severity_rank", sa.Integer(), nullable=False),
        sa.Column("condition", sa.String(length=16), nullable=False),
        sa.Column("handling", sa.String(length=16), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.String(length=160), nullable=True),
        sa.Column("home_id", sa.String(length=64), nullable=True),
        sa.Column("room", sa.String(length=64), nullable=True),
        sa.Column("pressed_at", UtcDateTime(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("late_seconds", sa.Integer(), nullable=True),
        sa.Column("flags", sa.JSON(), nullable=False),
        sa.Column("unknown_device", sa.Boolean(), nullable=False),
        sa.Column("transmitter", sa.String(length=64), nullable=True),
        sa.Column("previous_id", sa.String(length=36), nullable=True),
        sa.Column("holder_id", sa.String(length=64), nullable=True),
        sa.Column("holder_name", sa.String(length=128), nullable=True),
        sa.Column("accepted_at", UtcDateTime(), nullable=True),
        sa.Column("held_since", UtcDateTime(), nullable=True),
        sa.Column("latest_at", UtcDateTime(), nullable=True),
        sa.Column("clock_ahead_seconds", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("requeued_at", UtcDateTime(), nullable=True),
        sa.Column("reaction_due_at", UtcDateTime(), nullable=True),
        sa.Column("eta_minutes", sa.Integer(), nullable=True),
        sa.Column("eta_at", UtcDateTime(), nullable=True),
        sa.Column("responder", sa.String(length=128), nullable=True),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.Column("outcome", sa.String(length=32), nullable=True),
        sa.Column("ring_seq", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_alerts"),
    )
    op.create_index("ix_alerts_closed_at", "alerts", ["closed_at"], unique=False)
    op.create_index(
        "ix_alerts_device_id_type_received_at", "alerts", ["device_id", "type", "received_at"], unique=False
    )
    op.create_index("ix_alerts_handling_received_at", "alerts", ["handling", "received_at"], unique=False)
    op.create_index(
        "ix_alerts_reaction_due_at",
        "alerts",
        ["reaction_due_at"],
        unique=False,
        sqlite_where=sa.text("reaction_due_at IS NOT NULL"),
        postgresql_where=sa.text("reaction_due_at IS NOT NULL"),
    )
    op.create_index(
        "uq_alerts_open",
        "alerts",
        ["device_id", "type"],
        unique=True,
        sqlite_where=sa.text("handling NOT IN ('arrived', 'closed')"),
        postgresql_where=sa.text("handling NOT IN ('arrived', 'closed')"),
    )


def _alert_timeline() -> None:
    op.create_table(
        "alert_timeline",
        sa.Column("id", _BIG, autoincrement=True, nullable=False),
        sa.Column("alert_id", sa.String(length=36), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("actor_kind", sa.String(length=16), nullable=False),
        sa.Column("actor_id", sa.String(length=64), nullable=False),
        sa.Column("actor_name", sa.String(length=128), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=256), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name="fk_alert_timeline_alert_id_alerts"),
        sa.PrimaryKeyConstraint("id", name="pk_alert_timeline"),
    )
    op.create_index("ix_alert_timeline_alert_id", "alert_timeline", ["alert_id"], unique=False)


def _commands() -> None:
    op.create_table(
        "commands",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("device_id", sa.String(length=63), nullable=False),
        sa.Column("command", sa.String(length=16), nullable=False),
        sa.Column("args", sa.JSON(), nullable=False),
        sa.Column("lane", sa.String(length=16), nullable=False),
        sa.Column("alert_id", sa.String(length=36), nullable=True),
        sa.Column("stage", sa.String(length=16), nullable=True),
        sa.Column("event_id", sa.String(length=160), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("lease", sa.String(length=36), nullable=True),
        sa.Column("leased_at", UtcDateTime(), nullable=True),
        sa.Column("leased_by", sa.String(length=64), nullable=True),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sa.Column("result_at", UtcDateTime(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("clock_ahead_seconds", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_commands"),
    )
    op.create_index("ix_commands_alert_id", "commands", ["alert_id"], unique=False)
    op.create_index(
        "ix_commands_due",
        "commands",
        ["lane", "due_at"],
        unique=False,
        sqlite_where=sa.text("state IN ('pending', 'sent')"),
        postgresql_where=sa.text("state IN ('pending', 'sent')"),
    )


def _alert_changes() -> None:
    op.create_table(
        "alert_changes",
        sa.Column("id", _BIG, autoincrement=True, nullable=False),
        sa.Column("alert_id", sa.String(length=36), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_alert_changes"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_alert_changes_alert_id", "alert_changes", ["alert_id"], unique=False)


def _refused_messages() -> None:
    op.create_table(
        "refused_messages",
        sa.Column("id", _BIG, autoincrement=True, nullable=False),
        sa.Column("device_id", sa.String(length=63), nullable=False),
        sa.Column("gateway", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_refused_messages"),
        sqlite_autoincrement=True,
    )


def _idempotency_keys() -> None:
    op.create_table(
        "idempotency_keys",
        sa.Column("actor", sa.String(length=160), nullable=False),
        sa.Column("key", sa.String(length=128), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("actor", "key", name="pk_idempotency_keys"),
    )
    op.create_index("ix_idempotency_keys_at", "idempotency_keys", ["at"], unique=False)
