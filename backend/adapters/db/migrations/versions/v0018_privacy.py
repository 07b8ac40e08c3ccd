"""The audit log, which takes neither UPDATE nor DELETE; the secrets of homes, encrypted; consents and erasures."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from backend.adapters.db.base import UtcDateTime

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_REFUSE = "audit_log is append-only"
_SQLITE = "CREATE TRIGGER audit_log_{verb} BEFORE {verb} ON audit_log BEGIN SELECT RAISE(ABORT, '{why}'); END"
_POSTGRES = f"""
CREATE FUNCTION audit_log_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '{_REFUSE}'; END $$;
CREATE TRIGGER audit_log_refuse BEFORE UPDATE OR DELETE ON audit_log
FOR EACH ROW EXECUTE FUNCTION audit_log_refuse();
CREATE TRIGGER audit_log_truncate BEFORE TRUNCATE ON audit_log
FOR EACH STATEMENT EXECUTE FUNCTION audit_log_refuse();
"""


def upgrade() -> None:
    op.create_table(
        "audit_pending",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("actor_id", sa.String(128), nullable=False),
        sa.Column("action", sa.String(160), nullable=False),
        sa.Column("subject", sa.String(160), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_pending"),
    )
    op.create_table(
        "audit_log",
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("actor_id", sa.String(128), nullable=False),
        sa.Column("action", sa.String(160), nullable=False),
        sa.Column("subject", sa.String(160), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("previous_hash", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("position", name="pk_audit_log"),
    )
    op.create_index("ix_audit_log_at", "audit_log", ["at"])
    for column in ("actor_id", "subject", "action"):
        op.create_index(f"ix_audit_log_{column}_position", "audit_log", [column, "position"])
    if op.get_context().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(_SQLITE.format(verb=verb, why=_REFUSE))
    else:
        op.execute(_POSTGRES)
    op.create_table(
        "home_secrets",
        sa.Column("home_id", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("updated_by", sa.String(128), nullable=False),
        sa.ForeignKeyConstraint(["home_id"], ["homes.id"], name="fk_home_secrets_home_id_homes", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("home_id", "kind", name="pk_home_secrets"),
    )
    op.create_table(
        "consents",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("resident_id", sa.String(64), nullable=False),
        sa.Column("matter", sa.String(16), nullable=False),
        sa.Column("agreed", sa.Boolean(), nullable=False),
        sa.Column("giver", sa.String(16), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("recorded_by", sa.String(128), nullable=False),
        sa.Column("guardian", sa.String(128), nullable=True),
        sa.Column("relation", sa.String(64), nullable=True),
        sa.Column("document", sa.String(256), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_consents"),
    )
    op.create_index("ix_consents_resident_id", "consents", ["resident_id"])
    op.create_table(
        "erasures",
        sa.Column("resident_id", sa.String(64), nullable=False),
        sa.Column("pseudonym", sa.String(16), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("rows", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("resident_id", name="pk_erasures"),
    )
    op.create_table(
        "family_links",
        sa.Column("staff_id", sa.String(64), nullable=False),
        sa.Column("resident_id", sa.String(64), nullable=False),
        sa.Column("linked_at", UtcDateTime(), nullable=False),
        sa.Column("linked_by", sa.String(128), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_family_links_staff_id_staff", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["resident_id"], ["residents.id"], name="fk_family_links_resident_id_residents", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("staff_id", "resident_id", name="pk_family_links"),
    )
    op.create_index("ix_family_links_resident_id", "family_links", ["resident_id"])
