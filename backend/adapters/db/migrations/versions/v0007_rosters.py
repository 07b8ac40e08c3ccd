"""Rosters: who is on duty when."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from backend.adapters.db.base import UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rosters",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("needed", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("demo", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_rosters_organisation_id_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rosters")),
    )
    op.create_index("ix_rosters_organisation", "rosters", ["organisation_id", "role"], unique=False)
    op.create_table(
        "roster_rotations",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("roster_id", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("start", sa.Date(), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("hand_over", sa.String(length=5), nullable=False),
        sa.Column("windows", sa.JSON(), nullable=True),
        sa.Column("use", sa.String(length=8), nullable=False),
        sa.ForeignKeyConstraint(["roster_id"], ["rosters.id"], name=op.f("fk_roster_rotations_roster_id_rosters")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_rotations")),
    )
    op.create_index(op.f("ix_roster_rotations_roster_id"), "roster_rotations", ["roster_id"], unique=False)
    op.create_table(
        "roster_participants",
        sa.Column("rotation_id", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_roster_participants_person_id_people")),
        sa.ForeignKeyConstraint(
            ["rotation_id"], ["roster_rotations.id"], name=op.f("fk_roster_participants_rotation_id_roster_rotations")
        ),
        sa.PrimaryKeyConstraint("rotation_id", "position", name=op.f("pk_roster_participants")),
    )
    op.create_index(op.f("ix_roster_participants_person_id"), "roster_participants", ["person_id"], unique=False)
    op.create_table(
        "roster_holidays",
        sa.Column("roster_id", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column("rotation_id", sa.String(length=64), nullable=True),
        sa.Column("people", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["roster_id"], ["rosters.id"], name=op.f("fk_roster_holidays_roster_id_rosters")),
        sa.ForeignKeyConstraint(
            ["rotation_id"], ["roster_rotations.id"], name=op.f("fk_roster_holidays_rotation_id_roster_rotations")
        ),
        sa.PrimaryKeyConstraint("roster_id", "day", name=op.f("pk_roster_holidays")),
    )
    op.create_table(
        "roster_overrides",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("roster_id", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=True),
        sa.Column("replaced_id", sa.String(length=64), nullable=True),
        sa.Column("start_at", UtcDateTime(), nullable=False),
        sa.Column("end_at", UtcDateTime(), nullable=False),
        sa.Column("swap_id", sa.String(length=64), nullable=True),
        sa.Column("reason", sa.String(length=256), nullable=True),
        sa.Column("created_by", sa.String(length=160), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_roster_overrides_person_id_people")),
        sa.ForeignKeyConstraint(["replaced_id"], ["people.id"], name=op.f("fk_roster_overrides_replaced_id_people")),
        sa.ForeignKeyConstraint(["roster_id"], ["rosters.id"], name=op.f("fk_roster_overrides_roster_id_rosters")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_overrides")),
    )
    op.create_index("ix_roster_overrides_end", "roster_overrides", ["roster_id", "end_at"], unique=False)
    op.create_index("ix_roster_overrides_roster", "roster_overrides", ["roster_id", "number"], unique=True)
    op.create_table(
        "roster_gaps",
        sa.Column("roster_id", sa.String(length=64), nullable=False),
        sa.Column("start_at", UtcDateTime(), nullable=False),
        sa.Column("end_at", UtcDateTime(), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("reported_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["roster_id"], ["rosters.id"], name=op.f("fk_roster_gaps_roster_id_rosters")),
        sa.PrimaryKeyConstraint("roster_id", "start_at", name=op.f("pk_roster_gaps")),
    )
    op.create_table(
        "roster_feeds",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("subject_kind", sa.String(length=8), nullable=False),
        sa.Column("subject_id", sa.String(length=64), nullable=False),
        sa.Column("created_by", sa.String(length=160), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_feeds")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_roster_feeds_token_sha256")),
    )
    op.create_index("ix_roster_feeds_subject", "roster_feeds", ["subject_kind", "subject_id"], unique=False)
