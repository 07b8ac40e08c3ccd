"""The record of erasures."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from backend.adapters.db.base import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "telemetry_erasures",
        sa.Column("request_id", sa.String(36), nullable=False),
        sa.Column("device_id", sa.String(63), nullable=False),
        sa.Column("resident_id", sa.String(64), nullable=False),
        sa.Column("actor", sa.String(160), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=True),
        sa.Column("deleted", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("request_id", "device_id", name="pk_telemetry_erasures"),
    )
    op.create_index("ix_telemetry_erasures_device_id", "telemetry_erasures", ["device_id"])
    op.create_index("ix_telemetry_erasures_due_at", "telemetry_erasures", ["due_at"])
