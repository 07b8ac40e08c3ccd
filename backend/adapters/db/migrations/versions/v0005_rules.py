"""What telemetry rules know and have found."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from backend.adapters.db.base import UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rule_states",
        sa.Column("device_id", sa.String(63), nullable=False),
        sa.Column("rule", sa.String(63), nullable=False),
        sa.Column("raised", sa.Boolean(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("device_id", "rule", name="pk_rule_states"),
    )
    op.create_table(
        "rule_outcomes",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("device_id", sa.String(63), nullable=False),
        sa.Column("rule", sa.String(63), nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("metric", sa.String(63), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("observed_at", UtcDateTime(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_rule_outcomes"),
    )
    op.create_index("ix_rule_outcomes_device_id", "rule_outcomes", ["device_id"])
