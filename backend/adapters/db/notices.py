"""The tables of the notice outbox: what is to be said to whom, and every attempt to say it."""

from __future__ import annotations

from typing import Final

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Index, Integer, String, Table, UniqueConstraint, text

from backend.adapters.db.base import UtcDateTime, metadata

notices: Final = Table(
    "notices",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("severity", String(16), nullable=False),
    # 0: an SOS; then by severity, how it ended behind what is urgent. The lowest leaves first.
    Column("priority", Integer, nullable=False),
    Column("alert_id", String(36), nullable=True, index=True),
    Column("work_order_id", String(36), nullable=True),
    Column("step", Integer, nullable=False),
    Column("round", Integer, nullable=False),
    Column("recipient_kind", String(16), nullable=False),
    Column("recipient_id", String(64), nullable=False),
    Column("recipient_name", String(128), nullable=False),
    Column("role", String(16), nullable=True),
    Column("contact_points", JSON, nullable=False),
    # Which of the contact points is being tried.
    Column("position", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("voice_only", Boolean, nullable=False),
    Column("facts", JSON, nullable=False),
    # pending, sending, delivered, passed, failed, cancelled, expired
    Column("state", String(16), nullable=False),
    Column("cause", String(128), nullable=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("deadline_at", UtcDateTime, nullable=False),
    Column("lease", String(36), nullable=True),
    Column("sent_at", UtcDateTime, nullable=True),
    Column("ended_at", UtcDateTime, nullable=True),
    Column("provider_id", String(128), nullable=True),
    Index(
        "ix_notices_due",
        "priority",
        "due_at",
        sqlite_where=text("state IN ('pending', 'sending')"),
        postgresql_where=text("state IN ('pending', 'sending')"),
    ),
    Index("ix_notices_alert_step", "alert_id", "step", "round"),
    Index(
        "ix_notices_failed",
        "created_at",
        sqlite_where=text("state IN ('failed', 'expired')"),
        postgresql_where=text("state IN ('failed', 'expired')"),
    ),
)

attempts: Final = Table(
    "delivery_attempts",
    metadata,
    Column("notice_id", ForeignKey("notices.id"), primary_key=True),
    Column("contact_point_id", String(64), primary_key=True),
    Column("attempt", Integer, primary_key=True),
    Column("channel", String(16), nullable=False),
    Column("began_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime, nullable=True),
    # delivered, accepted (by the provider, receipt awaited), retry, permanent; null: not known (the process died)
    Column("result", String(16), nullable=True),
    Column("cause", String(128), nullable=True),
    Column("provider_id", String(128), nullable=True),
    Column("receipt_at", UtcDateTime, nullable=True),
    Column("receipt", String(16), nullable=True),
    UniqueConstraint("channel", "provider_id", name="uq_delivery_attempts_provider"),
)
