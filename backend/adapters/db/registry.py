"""The tables of what stands where and for whom: homes, residents, contacts, devices."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from backend.adapters.db.base import UtcDateTime, metadata

homes: Final = Table(
    "homes",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("label", String(128), nullable=False),
    Column("address", String(256), nullable=False),
    Column("landmark", String(256), nullable=True),
    Column("entry", String(512), nullable=True),
    Column("phone", String(32), nullable=True),
    Column("synthetic", Boolean, nullable=False, server_default=false()),
    # The centre that takes care of it; null: by the catchment of its village, else the district.
    Column("organisation_id", String(64), nullable=True, index=True),
    Column("village_id", String(64), nullable=True, index=True),
    # WGS-84.
    Column("latitude", Float, nullable=True),
    Column("longitude", Float, nullable=True),
    # What a responder must know at the door: dog, violence, infection
    Column("hazards", JSON, nullable=True),
    # neighbour, code, none
    Column("key_kind", String(16), nullable=True),
    Column("demo", Boolean, nullable=False, server_default=false()),
    # Since when this address is theirs, and when somebody last saw that it is right; former ones: home_addresses.
    Column("address_since", Date, nullable=True),
    Column("confirmed_on", Date, nullable=True),
)

residents: Final = Table(
    "residents",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("home_id", ForeignKey("homes.id"), nullable=False, index=True),
    Column("name", String(128), nullable=False),
    Column("birth_year", Integer, nullable=True),
    Column("lives_alone", Boolean, nullable=False, server_default=false()),
    Column("dialect", String(64), nullable=True),
    Column("hearing", String(16), nullable=False, server_default="normal"),
    Column("speech", String(16), nullable=False, server_default="normal"),
    Column("cognition", String(16), nullable=False, server_default="normal"),
    Column("conditions", Text, nullable=True),
    Column("medicines", Text, nullable=True),
    Column("status", String(16), nullable=False, server_default="at_home"),
    Column("phone", String(32), nullable=True),
    # normal, high: escalation policies and the order of lists go by it
    Column("risk", String(16), nullable=False, server_default="normal"),
    Column("status_since", UtcDateTime, nullable=True),
    # When somebody who is away should be back; with the status `away` only.
    Column("away_until", UtcDateTime, nullable=True),
    # A deadline is a column: past it somebody calls and asks. Null: nobody is expected, or it has been asked for.
    Column("return_due_at", UtcDateTime, nullable=True),
    Index(
        "ix_residents_return_due_at",
        "return_due_at",
        sqlite_where=text("return_due_at IS NOT NULL"),
        postgresql_where=text("return_due_at IS NOT NULL"),
    ),
)

contacts: Final = Table(
    "contacts",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("home_id", ForeignKey("homes.id"), nullable=False),
    Column("name", String(128), nullable=False),
    Column("relation", String(64), nullable=False),
    Column("phone", String(32), nullable=False),
    Column("position", Integer, nullable=False),
    Column("role", String(16), nullable=False),
    Column("minutes_away", Integer, nullable=True),
    # When they can be reached, as an organisation's hours; null: at any time.
    Column("hours", JSON, nullable=True),
    # When the number was last proved right.
    Column("proved_on", Date, nullable=True),
    UniqueConstraint("home_id", "position"),
)

devices: Final = Table(
    "devices",
    metadata,
    Column("id", String(63), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("home_id", ForeignKey("homes.id"), nullable=True, index=True),
    Column("room", String(64), nullable=True),
    Column("synthetic", Boolean, nullable=False, server_default=false()),
    Column("secret_hash", String(160), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    # What it is: the maker's model, the class that supervision goes by, the codec that reads its messages.
    Column("model", String(64), nullable=True),
    Column("device_class", String(32), nullable=True),
    Column("codec", String(32), nullable=True),
    # As delivered; what runs now is in the device's status.
    Column("firmware", String(64), nullable=True),
    Column("sim_number", String(32), nullable=True),
    Column("sim_expires_on", Date, nullable=True),
    # Hundredths of a yuan; a contract may be overdrawn.
    Column("sim_balance_fen", Integer, nullable=True),
    Column("battery_changed_on", Date, nullable=True),
    Column("warranty_until", Date, nullable=True),
    # Longest silence that is normal; null: that of its class.
    Column("supervision_minutes", Integer, nullable=True),
    # Whose it is, where several people live in the home: a pendant, a bed sensor.
    Column("resident_id", String(64), nullable=True),
    # The delivery that it came with.
    Column("batch_id", String(64), nullable=True, index=True),
    Column("state_since", UtcDateTime, nullable=True),
    Column("state_reason", String(256), nullable=True),
    # The technician's open test window. Beside the device, so that a press reads it with the device or not at all.
    Column("test_window_id", String(64), nullable=True),
    Column("test_from", UtcDateTime, nullable=True),
    Column("test_until", UtcDateTime, nullable=True),
    # A lobby device belongs to nobody, and its id says so: the gateway judges by the id alone.
    CheckConstraint("(state <> 'lobby') OR (home_id IS NULL)", name="lobby_has_no_home"),
    CheckConstraint("(id LIKE 'lobby-%') OR (state <> 'lobby')", name="lobby_is_named_so"),
)

enrolments: Final = Table(
    "enrolments",
    metadata,
    # Which Idempotency-Key was used for what; the answer itself is derived again and never stored.
    Column("actor", String(160), primary_key=True),
    Column("key", String(128), primary_key=True),
    Column("request_sha256", String(64), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Index(None, "created_at"),
)
