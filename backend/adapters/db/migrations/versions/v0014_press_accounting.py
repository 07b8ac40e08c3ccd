"""Presses accounted for: each device's account, what was found missing, and the chained daily statements."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from backend.adapters.db.base import UtcDateTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_WATCHED = sa.text("due_at IS NOT NULL")
_BEFORE = """
UPDATE events
SET answer_left_at = commands.sent_at,
    answer_confirmed_at = CASE WHEN commands.state = 'done' THEN commands.result_at END
FROM commands
WHERE commands.device_id = events.device_id AND commands.event_id = events.event_id AND commands.stage = 'received'
"""


def upgrade() -> None:
    op.add_column("events", sa.Column("answer_left_at", UtcDateTime(), nullable=True))
    op.add_column("events", sa.Column("answer_confirmed_at", UtcDateTime(), nullable=True))
    # Days from before are stated as well; what is known of their answers stands in the outbox.
    op.execute(_BEFORE)
    op.create_index("ix_events_stored_at_device_id", "events", ["stored_at", "device_id"])
    op.create_table(
        "press_accounts",
        sa.Column("device_id", sa.String(63), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("device_id", name="pk_press_accounts"),
    )
    op.create_table(
        "press_findings",
        sa.Column("device_id", sa.String(63), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("detail", sa.String(200), nullable=False),
        sa.Column("first_at", UtcDateTime(), nullable=False),
        sa.Column("last_at", UtcDateTime(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=True),
        sa.Column("alert_id", sa.String(36), nullable=True),
        sa.Column("order_id", sa.String(36), nullable=True),
        sa.PrimaryKeyConstraint("device_id", "kind", "day", name="pk_press_findings"),
    )
    op.create_index(
        "ix_press_findings_due_at", "press_findings", ["due_at"], sqlite_where=_WATCHED, postgresql_where=_WATCHED
    )
    op.create_table(
        "press_statements",
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("device_id", sa.String(63), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("previous_hash", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("position", name="pk_press_statements"),
        sa.UniqueConstraint("day", "device_id", name="uq_press_statements_day_device_id"),
    )
    op.create_index("ix_press_statements_device_id_position", "press_statements", ["device_id", "position"])
