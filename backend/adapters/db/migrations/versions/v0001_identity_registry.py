"""Staff, sessions and failed log-ins; homes, residents, contacts, devices and enrolments."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from backend.adapters.db.base import UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _identity()
    _people()
    _devices()


def _identity() -> None:
    op.create_table(
        "staff",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("username", sa.String(64), nullable=False),
        sa.Column("name", sa.String(128), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("locale", sa.String(16), nullable=False),
        sa.Column("password_hash", sa.String(256), nullable=False),
        sa.Column("disabled", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_staff"),
        sa.UniqueConstraint("username", name="uq_staff_username"),
    )
    op.create_table(
        "sessions",
        sa.Column("token_sha256", sa.String(64), nullable=False),
        sa.Column("staff_id", sa.String(64), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("token_sha256", name="pk_sessions"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_sessions_staff_id_staff"),
    )
    op.create_index("ix_sessions_staff_id", "sessions", ["staff_id"])
    op.create_index("ix_sessions_expires_at", "sessions", ["expires_at"])
    op.create_table(
        "login_attempts",
        sa.Column("subject", sa.String(80), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", UtcDateTime(), nullable=False),
        sa.Column("blocked_until", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("subject", name="pk_login_attempts"),
    )


def _people() -> None:
    op.create_table(
        "homes",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("label", sa.String(128), nullable=False),
        sa.Column("address", sa.String(256), nullable=False),
        sa.Column("landmark", sa.String(256), nullable=True),
        sa.Column("entry", sa.String(512), nullable=True),
        sa.Column("phone", sa.String(32), nullable=True),
        sa.Column("synthetic", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_homes"),
    )
    op.create_table(
        "residents",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("home_id", sa.String(64), nullable=False),
        sa.Column("name", sa.String(128), nullable=False),
        sa.Column("birth_year", sa.Integer(), nullable=True),
        sa.Column("lives_alone", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("dialect", sa.String(64), nullable=True),
        sa.Column("hearing", sa.String(16), server_default="normal", nullable=False),
        sa.Column("speech", sa.String(16), server_default="normal", nullable=False),
        sa.Column("cognition", sa.String(16), server_default="normal", nullable=False),
        sa.Column("conditions", sa.Text(), nullable=True),
        sa.Column("medicines", sa.Text(), nullable=True),
        sa.Column("status", sa.String(16), server_default="at_home", nullable=False),
        sa.Column("phone", sa.String(32), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_residents"),
        sa.ForeignKeyConstraint(["home_id"], ["homes.id"], name="fk_residents_home_id_homes"),
    )
    op.create_index("ix_residents_home_id", "residents", ["home_id"])
    op.create_table(
        "contacts",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("home_id", sa.String(64), nullable=False),
        sa.Column("name", sa.String(128), nullable=False),
        sa.Column("relation", sa.String(64), nullable=False),
        sa.Column("phone", sa.String(32), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("minutes_away", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_contacts"),
        sa.ForeignKeyConstraint(["home_id"], ["homes.id"], name="fk_contacts_home_id_homes"),
        sa.UniqueConstraint("home_id", "position", name="uq_contacts_home_id_position"),
    )


def _devices() -> None:
    op.create_table(
        "devices",
        sa.Column("id", sa.String(63), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("home_id", sa.String(64), nullable=True),
        sa.Column("room", sa.String(64), nullable=True),
        sa.Column("synthetic", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("secret_hash", sa.String(160), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_devices"),
        sa.ForeignKeyConstraint(["home_id"], ["homes.id"], name="fk_devices_home_id_homes"),
        sa.CheckConstraint("(state <> 'lobby') OR (home_id IS NULL)", name="ck_devices_lobby_has_no_home"),
        sa.CheckConstraint("(id LIKE 'lobby-%') OR (state <> 'lobby')", name="ck_devices_lobby_is_named_so"),
    )
    op.create_index("ix_devices_home_id", "devices", ["home_id"])
    op.create_table(
        "enrolments",
        sa.Column("actor", sa.String(160), nullable=False),
        sa.Column("key", sa.String(128), nullable=False),
        sa.Column("request_sha256", sa.String(64), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("actor", "key", name="pk_enrolments"),
    )
    op.create_index("ix_enrolments_created_at", "enrolments", ["created_at"])
