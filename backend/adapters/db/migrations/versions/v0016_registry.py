"""What a device is and what has happened to it; former addresses, deliveries, test windows, commissioning."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from backend.adapters.db.base import UtcDateTime

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TESTED = sa.text("test_due_at IS NOT NULL")
_EXPECTED = sa.text("return_due_at IS NOT NULL")


def upgrade() -> None:
    _devices()
    op.add_column("homes", sa.Column("address_since", sa.Date(), nullable=True))
    op.add_column("homes", sa.Column("confirmed_on", sa.Date(), nullable=True))
    op.add_column("residents", sa.Column("status_since", UtcDateTime(), nullable=True))
    op.add_column("residents", sa.Column("away_until", UtcDateTime(), nullable=True))
    op.add_column("residents", sa.Column("return_due_at", UtcDateTime(), nullable=True))
    op.create_index(
        "ix_residents_return_due_at",
        "residents",
        ["return_due_at"],
        sqlite_where=_EXPECTED,
        postgresql_where=_EXPECTED,
    )
    op.add_column("alerts", sa.Column("test_due_at", UtcDateTime(), nullable=True))
    op.create_index("ix_alerts_test_due_at", "alerts", ["test_due_at"], sqlite_where=_TESTED, postgresql_where=_TESTED)
    _history()
    _deliveries()
    _homes()


def _devices() -> None:
    op.add_column("devices", sa.Column("model", sa.String(64), nullable=True))
    op.add_column("devices", sa.Column("device_class", sa.String(32), nullable=True))
    op.add_column("devices", sa.Column("codec", sa.String(32), nullable=True))
    op.add_column("devices", sa.Column("firmware", sa.String(64), nullable=True))
    op.add_column("devices", sa.Column("sim_number", sa.String(32), nullable=True))
    op.add_column("devices", sa.Column("sim_expires_on", sa.Date(), nullable=True))
    op.add_column("devices", sa.Column("sim_balance_fen", sa.Integer(), nullable=True))
    op.add_column("devices", sa.Column("battery_changed_on", sa.Date(), nullable=True))
    op.add_column("devices", sa.Column("warranty_until", sa.Date(), nullable=True))
    op.add_column("devices", sa.Column("supervision_minutes", sa.Integer(), nullable=True))
    op.add_column("devices", sa.Column("resident_id", sa.String(64), nullable=True))
    op.add_column("devices", sa.Column("batch_id", sa.String(64), nullable=True))
    op.add_column("devices", sa.Column("state_since", UtcDateTime(), nullable=True))
    op.add_column("devices", sa.Column("state_reason", sa.String(256), nullable=True))
    op.add_column("devices", sa.Column("test_window_id", sa.String(64), nullable=True))
    op.add_column("devices", sa.Column("test_from", UtcDateTime(), nullable=True))
    op.add_column("devices", sa.Column("test_until", UtcDateTime(), nullable=True))
    op.create_index("ix_devices_batch_id", "devices", ["batch_id"])


def _history() -> None:
    op.create_table(
        "registry_history",
        sa.Column("id", _BIG, autoincrement=True, nullable=False),
        sa.Column("subject", sa.String(16), nullable=False),
        sa.Column("subject_id", sa.String(64), nullable=False),
        sa.Column("home_id", sa.String(64), nullable=True),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("actor_kind", sa.String(16), nullable=False),
        sa.Column("actor_id", sa.String(64), nullable=False),
        sa.Column("actor_name", sa.String(128), nullable=False),
        sa.Column("reason", sa.String(256), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_registry_history"),
    )
    op.create_index("ix_registry_history_home_id", "registry_history", ["home_id"])
    op.create_index("ix_registry_history_subject", "registry_history", ["subject", "subject_id", "id"])


def _deliveries() -> None:
    op.create_table(
        "claim_batches",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("label", sa.String(128), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_claim_batches"),
    )
    op.create_table(
        "device_claims",
        sa.Column("device_id", sa.String(63), nullable=False),
        sa.Column("batch_id", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("model", sa.String(64), nullable=True),
        sa.Column("claim_sha256", sa.String(64), nullable=False),
        sa.Column("lobby_id", sa.String(63), nullable=True),
        sa.Column("claimed_at", UtcDateTime(), nullable=True),
        sa.Column("claimed_with", sa.String(64), nullable=True),
        sa.Column("refused_count", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["claim_batches.id"], name="fk_device_claims_batch_id_claim_batches"),
        sa.PrimaryKeyConstraint("device_id", name="pk_device_claims"),
    )
    op.create_index("ix_device_claims_batch_id", "device_claims", ["batch_id"])
    op.create_table(
        "test_windows",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("device_id", sa.String(63), nullable=False),
        sa.Column("home_id", sa.String(64), nullable=True),
        sa.Column("opened_by", sa.String(64), nullable=False),
        sa.Column("opened_by_name", sa.String(128), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_test_windows"),
    )
    op.create_index("ix_test_windows_device_id", "test_windows", ["device_id"])


def _homes() -> None:
    op.create_table(
        "home_addresses",
        sa.Column("id", _BIG, autoincrement=True, nullable=False),
        sa.Column("home_id", sa.String(64), nullable=False),
        sa.Column("address", sa.String(256), nullable=False),
        sa.Column("landmark", sa.String(256), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("confirmed_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["home_id"], ["homes.id"], name="fk_home_addresses_home_id_homes"),
        sa.PrimaryKeyConstraint("id", name="pk_home_addresses"),
    )
    op.create_index("ix_home_addresses_home_id", "home_addresses", ["home_id"])
    op.create_table(
        "commissionings",
        sa.Column("id", _BIG, autoincrement=True, nullable=False),
        sa.Column("home_id", sa.String(64), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("staff_id", sa.String(64), nullable=False),
        sa.Column("staff_name", sa.String(128), nullable=False),
        sa.Column("reason", sa.String(256), nullable=True),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["home_id"], ["homes.id"], name="fk_commissionings_home_id_homes"),
        sa.PrimaryKeyConstraint("id", name="pk_commissionings"),
    )
    op.create_index("ix_commissionings_home_id", "commissionings", ["home_id"])
