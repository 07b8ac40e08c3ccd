"""The tables of calls: those that staff make about an alert, and those that come in."""

from __future__ import annotations

from typing import Final

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from backend.adapters.db.base import UtcDateTime, metadata

_BIG: Final = BigInteger().with_variant(Integer, "sqlite")

calls: Final = Table(
    "calls",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("alert_id", ForeignKey("alerts.id"), nullable=False),
    # terminal, resident, contact, emergency_service
    Column("to_kind", String(24), nullable=False),
    Column("to_id", String(64), nullable=True),
    # E.164 or a short code; masked in lists.
    Column("number", String(32), nullable=False),
    Column("actor_kind", String(16), nullable=False),
    Column("actor_id", String(64), nullable=False),
    Column("actor_name", String(128), nullable=False),
    Column("began_at", UtcDateTime, nullable=False),
    # spoken, no_answer, busy, voicemail, wrong_number, failed; null: dialling
    Column("result", String(16), nullable=True),
    Column("ended_at", UtcDateTime, nullable=True),
    Column("seconds", Integer, nullable=True),
    Column("recording_reference", String(256), nullable=True),
    Column("note", Text, nullable=True),
    # The `dial` command where the terminal dials.
    Column("command_id", String(36), nullable=True),
    Index("ix_calls_alert_id_began_at", "alert_id", "began_at"),
)

incoming: Final = Table(
    "incoming_calls",
    metadata,
    # In commit order: the live stream follows it.
    Column("id", _BIG, primary_key=True, autoincrement=True),
    # The provider's id of the call; the same one is the same call, for ever.
    Column("account", String(64), nullable=False),
    Column("call_id", String(128), nullable=False),
    Column("caller", String(32), nullable=False),
    Column("called", String(32), nullable=False),
    # resident, contact, home, unknown
    Column("caller_kind", String(16), nullable=False),
    Column("home_id", String(64), nullable=True),
    Column("home_label", String(128), nullable=True),
    # [{"kind","id","name","home_id"}], everybody of this number
    Column("matches", JSON, nullable=False),
    Column("alert_id", String(36), nullable=True),
    # At whose desk it comes up; null: the district's.
    Column("organisation_id", String(64), nullable=True, index=True),
    Column("at", UtcDateTime, nullable=False),
    UniqueConstraint("account", "call_id"),
    sqlite_autoincrement=True,
)
