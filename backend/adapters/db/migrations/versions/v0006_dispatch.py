"""The dispatch: organisations, people, ways to reach them, escalation, the notice outbox."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from backend.adapters.db.base import UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "contact_points",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("owner_kind", sa.String(length=16), nullable=False),
        sa.Column("owner_id", sa.String(length=64), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("address", sa.String(length=512), nullable=False),
        sa.Column("position", sa.Integer(), server_default="0", nullable=False),
        sa.Column("verified_at", UtcDateTime(), nullable=True),
        sa.Column("disabled_at", UtcDateTime(), nullable=True),
        sa.Column("disabled_reason", sa.String(length=128), nullable=True),
        sa.Column("quiet_from", sa.String(length=5), nullable=True),
        sa.Column("quiet_until", sa.String(length=5), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_points")),
    )
    op.create_index("ix_contact_points_owner", "contact_points", ["owner_kind", "owner_id", "position"], unique=False)
    op.create_table(
        "escalation_books",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("loaded_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_escalation_books")),
    )
    op.create_table(
        "notices",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("severity", sa.String(length=16), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("alert_id", sa.String(length=36), nullable=True),
        sa.Column("work_order_id", sa.String(length=36), nullable=True),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("recipient_kind", sa.String(length=16), nullable=False),
        sa.Column("recipient_id", sa.String(length=64), nullable=False),
        sa.Column("recipient_name", sa.String(length=128), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=True),
        sa.Column("contact_points", sa.JSON(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("voice_only", sa.Boolean(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("cause", sa.String(length=128), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("deadline_at", UtcDateTime(), nullable=False),
        sa.Column("lease", sa.String(length=36), nullable=True),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("provider_id", sa.String(length=128), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
    )
    op.create_index(op.f("ix_notices_alert_id"), "notices", ["alert_id"], unique=False)
    op.create_index("ix_notices_alert_step", "notices", ["alert_id", "step", "round"], unique=False)
    op.create_index(
        "ix_notices_due",
        "notices",
        ["priority", "due_at"],
        unique=False,
        sqlite_where=sa.text("state IN ('pending', 'sending')"),
        postgresql_where=sa.text("state IN ('pending', 'sending')"),
    )
    op.create_table(
        "organisations",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("parent_id", sa.String(length=64), nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column("operator", sa.String(length=128), nullable=True),
        sa.Column("phone", sa.String(length=32), nullable=True),
        sa.Column("hours", sa.JSON(), nullable=True),
        sa.Column("night_organisation_id", sa.String(length=64), nullable=True),
        sa.Column("latitude", sa.Float(), nullable=True),
        sa.Column("longitude", sa.Float(), nullable=True),
        sa.Column("provides", sa.JSON(), nullable=False),
        sa.Column("disabled", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("demo", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(
            ["night_organisation_id"],
            ["organisations.id"],
            name=op.f("fk_organisations_night_organisation_id_organisations"),
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["organisations.id"], name=op.f("fk_organisations_parent_id_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisations")),
    )
    op.create_index(op.f("ix_organisations_parent_id"), "organisations", ["parent_id"], unique=False)
    op.create_table(
        "alert_offers",
        sa.Column("alert_id", sa.String(length=36), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name=op.f("fk_alert_offers_alert_id_alerts")),
        sa.PrimaryKeyConstraint("alert_id", "organisation_id", name=op.f("pk_alert_offers")),
    )
    op.create_index(op.f("ix_alert_offers_organisation_id"), "alert_offers", ["organisation_id"], unique=False)
    op.create_table(
        "delivery_attempts",
        sa.Column("notice_id", sa.String(length=36), nullable=False),
        sa.Column("contact_point_id", sa.String(length=64), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("began_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("result", sa.String(length=16), nullable=True),
        sa.Column("cause", sa.String(length=128), nullable=True),
        sa.Column("provider_id", sa.String(length=128), nullable=True),
        sa.Column("receipt_at", UtcDateTime(), nullable=True),
        sa.Column("receipt", sa.String(length=16), nullable=True),
        sa.ForeignKeyConstraint(["notice_id"], ["notices.id"], name=op.f("fk_delivery_attempts_notice_id_notices")),
        sa.PrimaryKeyConstraint("notice_id", "contact_point_id", "attempt", name=op.f("pk_delivery_attempts")),
        sa.UniqueConstraint("channel", "provider_id", name="uq_delivery_attempts_provider"),
    )
    op.create_table(
        "escalations",
        sa.Column("alert_id", sa.String(length=36), nullable=False),
        sa.Column("book", sa.String(length=64), nullable=False),
        sa.Column("policy", sa.String(length=64), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("told_step", sa.Integer(), nullable=True),
        sa.Column("told_round", sa.Integer(), nullable=True),
        sa.Column("asked", sa.Integer(), server_default="0", nullable=False),
        sa.Column("began_at", UtcDateTime(), nullable=False),
        sa.Column("fired_at", UtcDateTime(), nullable=True),
        sa.Column("held_until", UtcDateTime(), nullable=True),
        sa.Column("trouble", sa.String(length=32), nullable=True),
        sa.Column("due_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name=op.f("fk_escalations_alert_id_alerts")),
        sa.PrimaryKeyConstraint("alert_id", name=op.f("pk_escalations")),
    )
    op.create_index(
        "ix_escalations_due_at",
        "escalations",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("due_at IS NOT NULL"),
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )
    op.create_table(
        "people",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("responder_kind", sa.String(length=16), nullable=True),
        sa.Column("staff_id", sa.String(length=64), nullable=True),
        sa.Column("latitude", sa.Float(), nullable=True),
        sa.Column("longitude", sa.Float(), nullable=True),
        sa.Column("locale", sa.String(length=16), server_default="zh-CN", nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("demo", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_people_organisation_id_organisations")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_people_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
    )
    op.create_index(op.f("ix_people_organisation_id"), "people", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_people_staff_id"), "people", ["staff_id"], unique=False)
    op.create_table(
        "villages",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column("town_id", sa.String(length=64), nullable=True),
        sa.Column("island", sa.String(length=64), nullable=True),
        sa.Column("outer_island", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("last_ferry", sa.String(length=5), nullable=True),
        sa.Column("latitude", sa.Float(), nullable=True),
        sa.Column("longitude", sa.Float(), nullable=True),
        sa.Column("demo", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(["town_id"], ["organisations.id"], name=op.f("fk_villages_town_id_organisations")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_villages")),
    )
    op.create_table(
        "catchments",
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("village_id", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_catchments_organisation_id_organisations")
        ),
        sa.ForeignKeyConstraint(["village_id"], ["villages.id"], name=op.f("fk_catchments_village_id_villages")),
        sa.PrimaryKeyConstraint("organisation_id", "village_id", name=op.f("pk_catchments")),
    )
    op.create_index(op.f("ix_catchments_village_id"), "catchments", ["village_id"], unique=False)
    op.add_column("alerts", sa.Column("holder_kind", sa.String(length=16), nullable=True))
    op.add_column("alerts", sa.Column("lease_until", UtcDateTime(), nullable=True))
    op.add_column("alerts", sa.Column("lease_due_at", UtcDateTime(), nullable=True))
    op.add_column("alerts", sa.Column("organisation_id", sa.String(length=64), nullable=True))
    op.add_column("alerts", sa.Column("first_voice_at", UtcDateTime(), nullable=True))
    op.add_column("alerts", sa.Column("grave", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_index(
        "ix_alerts_lease_due_at",
        "alerts",
        ["lease_due_at"],
        unique=False,
        sqlite_where=sa.text("lease_due_at IS NOT NULL"),
        postgresql_where=sa.text("lease_due_at IS NOT NULL"),
    )
    op.create_index(op.f("ix_alerts_organisation_id"), "alerts", ["organisation_id"], unique=False)
    op.add_column("contacts", sa.Column("hours", sa.JSON(), nullable=True))
    op.add_column("contacts", sa.Column("proved_on", sa.Date(), nullable=True))
    op.add_column("homes", sa.Column("organisation_id", sa.String(length=64), nullable=True))
    op.add_column("homes", sa.Column("village_id", sa.String(length=64), nullable=True))
    op.add_column("homes", sa.Column("latitude", sa.Float(), nullable=True))
    op.add_column("homes", sa.Column("longitude", sa.Float(), nullable=True))
    op.add_column("homes", sa.Column("hazards", sa.JSON(), nullable=True))
    op.add_column("homes", sa.Column("key_kind", sa.String(length=16), nullable=True))
    op.add_column("homes", sa.Column("demo", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_index(op.f("ix_homes_organisation_id"), "homes", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_homes_village_id"), "homes", ["village_id"], unique=False)
    op.add_column("residents", sa.Column("risk", sa.String(length=16), server_default="normal", nullable=False))
    op.add_column("staff", sa.Column("organisation_id", sa.String(length=64), nullable=True))

    # The root of the tree, whatever it is called; a district that is not set up yet has a desk all the same.
    op.execute(
        "INSERT INTO organisations (id, kind, name, provides) VALUES ('district', 'district', '全区 District', '[]')"
    )
    # An alert that is open while the platform is brought up to date must find a person as well.
    op.execute(
        "INSERT INTO escalations (alert_id, book, state, version, step, round, began_at, due_at)"
        " SELECT id, '', 'running', 1, 0, 0, received_at, received_at FROM alerts WHERE handling <> 'closed'"
    )
