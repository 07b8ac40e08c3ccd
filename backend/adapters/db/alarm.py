"""The tables of the emergency lane: events, alerts, timelines, the outbox, the change log."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from backend.adapters.db.base import UtcDateTime, metadata

_BIG: Final = BigInteger().with_variant(Integer, "sqlite")
STILL_OPEN: Final = text("handling NOT IN ('arrived', 'closed')")
"""Until arrival another press counts on the alert; afterwards it is one of its own."""

events: Final = Table(
    "events",
    metadata,
    Column("id", _BIG, primary_key=True, autoincrement=True),
    Column("device_id", String(63), nullable=False),
    Column("event_id", String(160), nullable=False),
    # Boot, seq, time and type: the same id with others of them is another event.
    Column("variant", String(256), nullable=False),
    Column("readable", Boolean, nullable=False),
    Column("type", String(128), nullable=False),
    Column("device_time", UtcDateTime, nullable=True),
    Column("received_at", UtcDateTime, nullable=False),
    Column("stored_at", UtcDateTime, nullable=False),
    Column("retained", Boolean, nullable=False),
    Column("gateway", String(64), nullable=False),
    # Bytes, not text: what a device sends need not be text that a database takes.
    Column("payload", LargeBinary, nullable=False),
    Column("flags", JSON, nullable=False),
    Column("seq", BigInteger, nullable=True),
    Column("boot", BigInteger, nullable=True),
    Column("sos_seq", BigInteger, nullable=True),
    Column("reason", String(64), nullable=True),
    Column("alert_id", String(36), nullable=True, index=True),
    Column("copies", Integer, nullable=False, server_default="1"),
    Column("last_copy_at", UtcDateTime, nullable=True),
    # When an answer first left and was first confirmed: a later repeat of the event takes neither away.
    Column("answer_left_at", UtcDateTime, nullable=True),
    Column("answer_confirmed_at", UtcDateTime, nullable=True),
    UniqueConstraint("device_id", "event_id", "variant"),
    # A day's events, device by device: daily statements.
    Index("ix_events_stored_at_device_id", "stored_at", "device_id"),
)

alerts: Final = Table(
    "alerts",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("device_id", String(63), nullable=False),
    Column("type", String(128), nullable=False),
    Column("severity", String(16), nullable=False),
    Column("severity_rank", Integer, nullable=False),
    Column("condition", String(16), nullable=False),
    Column("handling", String(16), nullable=False),
    Column("count", Integer, nullable=False),
    Column("event_id", String(160), nullable=True),
    Column("home_id", String(64), nullable=True),
    Column("room", String(64), nullable=True),
    Column("pressed_at", UtcDateTime, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Column("late_seconds", Integer, nullable=True),
    Column("flags", JSON, nullable=False),
    Column("unknown_device", Boolean, nullable=False),
    Column("transmitter", String(64), nullable=True),
    Column("previous_id", String(36), nullable=True),
    Column("holder_id", String(64), nullable=True),
    Column("holder_name", String(128), nullable=True),
    # staff, responder
    Column("holder_kind", String(16), nullable=True),
    Column("accepted_at", UtcDateTime, nullable=True),
    Column("held_since", UtcDateTime, nullable=True),
    Column("latest_at", UtcDateTime, nullable=True),
    Column("clock_ahead_seconds", BigInteger, nullable=False, server_default="0"),
    Column("requeued_at", UtcDateTime, nullable=True),
    # A deadline is a column: whoever is awake when it is past acts on it.
    Column("reaction_due_at", UtcDateTime, nullable=True),
    # Acceptance is a lease: until when it lasts, and when somebody has to look at it next (two thirds, then the end).
    Column("lease_until", UtcDateTime, nullable=True),
    Column("lease_due_at", UtcDateTime, nullable=True),
    # A press in a technician's test window is silent until then, and real from then on unless it was confirmed.
    Column("test_due_at", UtcDateTime, nullable=True),
    Column("organisation_id", String(64), nullable=True, index=True),
    Column("first_voice_at", UtcDateTime, nullable=True),
    # News that is said by voice only.
    Column("grave", Boolean, nullable=False, server_default=false()),
    Column("eta_minutes", Integer, nullable=True),
    Column("eta_at", UtcDateTime, nullable=True),
    Column("responder", String(128), nullable=True),
    Column("closed_at", UtcDateTime, nullable=True),
    Column("outcome", String(32), nullable=True),
    Column("ring_seq", Integer, nullable=False),
    # One open alert of a kind per device, whatever races: the promise "never doubled" stands in the schema.
    Index("uq_alerts_open", "device_id", "type", unique=True, sqlite_where=STILL_OPEN, postgresql_where=STILL_OPEN),
    Index(
        "ix_alerts_reaction_due_at",
        "reaction_due_at",
        sqlite_where=text("reaction_due_at IS NOT NULL"),
        postgresql_where=text("reaction_due_at IS NOT NULL"),
    ),
    Index(
        "ix_alerts_lease_due_at",
        "lease_due_at",
        sqlite_where=text("lease_due_at IS NOT NULL"),
        postgresql_where=text("lease_due_at IS NOT NULL"),
    ),
    Index(
        "ix_alerts_test_due_at",
        "test_due_at",
        sqlite_where=text("test_due_at IS NOT NULL"),
        postgresql_where=text("test_due_at IS NOT NULL"),
    ),
    Index("ix_alerts_device_id_type_received_at", "device_id", "type", "received_at"),
    Index("ix_alerts_handling_received_at", "handling", "received_at"),
    # What is open is found however much is closed.
    Index(
        "ix_alerts_not_closed",
        "id",
        sqlite_where=text("handling <> 'closed'"),
        postgresql_where=text("handling <> 'closed'"),
    ),
    Index("ix_alerts_closed_at", "closed_at"),
)

timeline: Final = Table(
    "alert_timeline",
    metadata,
    Column("id", _BIG, primary_key=True, autoincrement=True),
    Column("alert_id", ForeignKey("alerts.id"), nullable=False, index=True),
    Column("at", UtcDateTime, nullable=False),
    Column("kind", String(32), nullable=False),
    Column("actor_kind", String(16), nullable=False),
    Column("actor_id", String(64), nullable=False),
    Column("actor_name", String(128), nullable=False),
    Column("source", String(64), nullable=False),
    Column("reason", String(256), nullable=False),
    Column("detail", JSON, nullable=False),
)

commands: Final = Table(
    "commands",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("device_id", String(63), nullable=False),
    Column("command", String(16), nullable=False),
    Column("args", JSON, nullable=False),
    Column("lane", String(16), nullable=False),
    Column("alert_id", String(36), nullable=True, index=True),
    Column("stage", String(16), nullable=True),
    Column("event_id", String(160), nullable=True),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("lease", String(36), nullable=True),
    Column("leased_at", UtcDateTime, nullable=True),
    Column("leased_by", String(64), nullable=True),
    Column("sent_at", UtcDateTime, nullable=True),
    Column("result_at", UtcDateTime, nullable=True),
    Column("detail", Text, nullable=True),
    Column("clock_ahead_seconds", BigInteger, nullable=False, server_default="0"),
    Index(
        "ix_commands_due",
        "lane",
        "due_at",
        sqlite_where=text("state IN ('pending', 'sent')"),
        postgresql_where=text("state IN ('pending', 'sent')"),
    ),
)

changes: Final = Table(
    "alert_changes",
    metadata,
    # AUTOINCREMENT: an id that was given out is never given again, so a stream never resumes in the wrong place.
    Column("id", _BIG, primary_key=True, autoincrement=True),
    Column("alert_id", String(36), nullable=False, index=True),
    Column("at", UtcDateTime, nullable=False),
    sqlite_autoincrement=True,
)

refused: Final = Table(
    "refused_messages",
    metadata,
    Column("id", _BIG, primary_key=True, autoincrement=True),
    Column("device_id", String(63), nullable=False),
    Column("gateway", String(64), nullable=False),
    Column("reason", String(64), nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    sqlite_autoincrement=True,
)

idempotency: Final = Table(
    "idempotency_keys",
    metadata,
    Column("actor", String(160), primary_key=True),
    Column("key", String(128), primary_key=True),
    Column("fingerprint", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False, index=True),
)
