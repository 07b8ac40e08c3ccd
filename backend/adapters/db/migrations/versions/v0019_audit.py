"""What the auditor still needs: open alerts and runs are found however many are over; a review has an owner, a state, a
cause and measures."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from backend.adapters.db.base import UtcDateTime

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_NOT_CLOSED = sa.text("handling <> 'closed'")
_NOT_ENDED = sa.text("state <> 'ended'")


def upgrade() -> None:
    op.create_index("ix_alerts_not_closed", "alerts", ["id"], sqlite_where=_NOT_CLOSED, postgresql_where=_NOT_CLOSED)
    op.create_index(
        "ix_escalations_not_ended",
        "escalations",
        ["alert_id"],
        sqlite_where=_NOT_ENDED,
        postgresql_where=_NOT_ENDED,
    )
    op.add_column("reviews", sa.Column("state", sa.String(16), nullable=False, server_default="open"))
    op.add_column("reviews", sa.Column("organisation_id", sa.String(64), nullable=True))
    op.add_column("reviews", sa.Column("owner_id", sa.String(64), nullable=True))
    op.add_column("reviews", sa.Column("owner_name", sa.String(128), nullable=True))
    op.add_column("reviews", sa.Column("taken_at", UtcDateTime(), nullable=True))
    op.add_column("reviews", sa.Column("cause", sa.String(32), nullable=True))
    op.add_column("reviews", sa.Column("measures", sa.Text(), nullable=True))
    op.execute(sa.text("UPDATE reviews SET state = 'closed' WHERE closed_at IS NOT NULL"))
    op.create_index("ix_reviews_state", "reviews", ["state", "opened_at"])
