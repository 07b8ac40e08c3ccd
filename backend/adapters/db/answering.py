"""The tables of answers: who was asked and how far they got, who is alone on site, keys, replies by text."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint, text

from backend.adapters.db.base import UtcDateTime, metadata

assignments: Final = Table(
    "assignments",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("alert_id", ForeignKey("alerts.id"), nullable=False),
    # The last notice that carried the link.
    Column("notice_id", String(36), nullable=True),
    # person, contact, organisation
    Column("recipient_kind", String(16), nullable=False),
    Column("recipient_id", String(64), nullable=False),
    Column("recipient_name", String(128), nullable=False),
    # operator, responder: whose acceptance theirs is
    Column("role", String(16), nullable=False),
    Column("organisation_id", String(64), nullable=True),
    # domain.answering.model.State
    Column("state", String(16), nullable=False),
    # Only the hash: whoever reads the database cannot answer for anybody.
    Column("token_sha256", String(64), nullable=False, unique=True),
    # Unique among those that can still be used; null afterwards.
    Column("reply_code", String(6), nullable=True, unique=True),
    # SHA-256 of the cookie of the first phone that opened it.
    Column("bound_to", String(64), nullable=True),
    # The operator who sent this person; null: escalation did.
    Column("by_hand", String(128), nullable=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("opened_at", UtcDateTime, nullable=True),
    Column("held_until", UtcDateTime, nullable=True),
    Column("accepted_at", UtcDateTime, nullable=True),
    Column("eta_at", UtcDateTime, nullable=True),
    Column("arrived_at", UtcDateTime, nullable=True),
    Column("second_asked_at", UtcDateTime, nullable=True),
    Column("forced_at", UtcDateTime, nullable=True),
    Column("ended_at", UtcDateTime, nullable=True),
    Column("outcome", String(32), nullable=True),
    Column("note", Text, nullable=True),
    # One link per person and alert, however often they are called.
    UniqueConstraint("alert_id", "recipient_kind", "recipient_id", "role"),
    Index("ix_assignments_recipient", "recipient_kind", "recipient_id"),
    Index(
        "ix_assignments_open",
        "expires_at",
        sqlite_where=text("reply_code IS NOT NULL"),
        postgresql_where=text("reply_code IS NOT NULL"),
    ),
)

lone_workers: Final = Table(
    "lone_workers",
    metadata,
    Column("assignment_id", ForeignKey("assignments.id"), primary_key=True),
    Column("alert_id", ForeignKey("alerts.id"), nullable=False, index=True),
    Column("every_seconds", Integer, nullable=False),
    # A deadline is a column; null: off.
    Column("due_at", UtcDateTime, nullable=True),
    Column("said_at", UtcDateTime, nullable=True),
    Column("overdue", Integer, nullable=False, server_default="0"),
    Index(
        "ix_lone_workers_due_at",
        "due_at",
        sqlite_where=text("due_at IS NOT NULL"),
        postgresql_where=text("due_at IS NOT NULL"),
    ),
)

key_uses: Final = Table(
    "key_uses",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("home_id", ForeignKey("homes.id"), nullable=False, index=True),
    Column("alert_id", ForeignKey("alerts.id"), nullable=False, index=True),
    Column("assignment_id", ForeignKey("assignments.id"), nullable=True, index=True),
    Column("who", String(128), nullable=False),
    # neighbour, code, own
    Column("kind", String(16), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    # A code cannot be brought back: null for ever.
    Column("returned_at", UtcDateTime, nullable=True),
)

replies: Final = Table(
    "replies",
    metadata,
    Column("id", String(36), primary_key=True),
    # alibaba, tencent, plain
    Column("provider", String(16), nullable=False),
    # The provider's own number of the message; null where it has none.
    Column("provider_id", String(128), nullable=True),
    # E.164 where it could be read.
    Column("phone", String(32), nullable=False),
    Column("text", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    # services.answering.reply.Heard
    Column("outcome", String(32), nullable=False),
    Column("alert_id", String(36), nullable=True, index=True),
    Column("assignment_id", String(36), nullable=True),
    UniqueConstraint("provider", "provider_id"),
    Index("ix_replies_phone_at", "phone", "at"),
)
