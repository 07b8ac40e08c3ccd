"""The tables of rosters: rotations with their participants, holidays, overrides, gaps that were reported, feeds."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    false,
)

from backend.adapters.db.base import UtcDateTime, metadata

rosters: Final = Table(
    "rosters",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("organisation_id", ForeignKey("organisations.id"), nullable=False),
    # operator, responder, manager
    Column("role", String(16), nullable=False),
    Column("name", String(128), nullable=False),
    Column("time_zone", String(64), nullable=False),
    # always, opening_hours: when somebody has to be on duty
    Column("needed", String(16), nullable=False),
    # Raised by each change: whoever changes an older one is told.
    Column("version", Integer, nullable=False, server_default="1"),
    Column("demo", Boolean, nullable=False, server_default=false()),
    Index("ix_rosters_organisation", "organisation_id", "role"),
)

rotations: Final = Table(
    "roster_rotations",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("roster_id", ForeignKey("rosters.id"), nullable=False, index=True),
    # The layer.
    Column("position", Integer, nullable=False),
    Column("name", String(128), nullable=False),
    # hourly, daily, weekly
    Column("kind", String(8), nullable=False),
    Column("start", Date, nullable=False),
    Column("length", Integer, nullable=False),
    # Local time of day, "08:00".
    Column("hand_over", String(5), nullable=False),
    # As an organisation's hours; null: the whole turn.
    Column("windows", JSON, nullable=True),
    # regular, holiday
    Column("use", String(8), nullable=False),
)

participants: Final = Table(
    "roster_participants",
    metadata,
    Column("rotation_id", ForeignKey("roster_rotations.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("person_id", ForeignKey("people.id"), nullable=False, index=True),
)

holidays: Final = Table(
    "roster_holidays",
    metadata,
    Column("roster_id", ForeignKey("rosters.id"), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("name", String(128), nullable=False),
    Column("rotation_id", ForeignKey("roster_rotations.id"), nullable=True),
    # Ids of people, all of whom serve.
    Column("people", JSON, nullable=False),
)

overrides: Final = Table(
    "roster_overrides",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("roster_id", ForeignKey("rosters.id"), nullable=False),
    # Within the roster: later ones see what earlier ones have left.
    Column("number", Integer, nullable=False),
    # add, remove, replace
    Column("kind", String(8), nullable=False),
    Column("person_id", ForeignKey("people.id"), nullable=True),
    Column("replaced_id", ForeignKey("people.id"), nullable=True),
    Column("start_at", UtcDateTime, nullable=False),
    Column("end_at", UtcDateTime, nullable=False),
    Column("swap_id", String(64), nullable=True),
    Column("reason", String(256), nullable=True),
    Column("created_by", String(160), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Index("ix_roster_overrides_roster", "roster_id", "number", unique=True),
    Index("ix_roster_overrides_end", "roster_id", "end_at"),
)

gaps: Final = Table(
    "roster_gaps",
    metadata,
    # What was reported, so that it is reported once; a gap that is closed is taken out, and new if it opens again.
    Column("roster_id", ForeignKey("rosters.id"), primary_key=True),
    Column("start_at", UtcDateTime, primary_key=True),
    Column("end_at", UtcDateTime, nullable=False),
    Column("reason", String(32), nullable=False),
    Column("reported_at", UtcDateTime, nullable=False),
)

feeds: Final = Table(
    "roster_feeds",
    metadata,
    Column("id", String(64), primary_key=True),
    # SHA-256 of the secret in the address: a copy of the database opens no feed.
    Column("token_sha256", String(64), nullable=False, unique=True),
    # roster, person
    Column("subject_kind", String(8), nullable=False),
    Column("subject_id", String(64), nullable=False),
    Column("created_by", String(160), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("revoked_at", UtcDateTime, nullable=True),
    Index("ix_roster_feeds_subject", "subject_kind", "subject_id"),
)
