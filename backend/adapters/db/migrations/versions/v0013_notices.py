"""An index by which the notices that reached nobody are found."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0011"
branch_labels = None
depends_on = None

_FAILED = sa.text("state IN ('failed', 'expired')")


def upgrade() -> None:
    op.create_index("ix_notices_failed", "notices", ["created_at"], sqlite_where=_FAILED, postgresql_where=_FAILED)
