"""The tables of what has happened to devices and homes: changes, former addresses, deliveries, claims, tests."""

from __future__ import annotations

from typing import Final

from sqlalchemy import JSON, BigInteger, Column, Date, ForeignKey, Index, Integer, String, Table

from backend.adapters.db.base import UtcDateTime, metadata

_BIG: Final = BigInteger().with_variant(Integer, "sqlite")

history: Final = Table(
    "registry_history",
    metadata,
    Column("id", _BIG, primary_key=True, autoincrement=True),
    # device, home, resident, contact
    Column("subject", String(16), nullable=False),
    Column("subject_id", String(64), nullable=False),
    # Where it was at the time: what happened to a device stays with the home when the device goes.
    Column("home_id", String(64), nullable=True, index=True),
    Column("kind", String(32), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("actor_kind", String(16), nullable=False),
    Column("actor_id", String(64), nullable=False),
    Column("actor_name", String(128), nullable=False),
    Column("reason", String(256), nullable=False),
    # The fields that changed, with what they were and are.
    Column("before", JSON, nullable=False),
    Column("after", JSON, nullable=False),
    Index("ix_registry_history_subject", "subject", "subject_id", "id"),
)

addresses: Final = Table(
    "home_addresses",
    metadata,
    # Former addresses; the present one stands in `homes`.
    Column("id", _BIG, primary_key=True, autoincrement=True),
    Column("home_id", ForeignKey("homes.id"), nullable=False, index=True),
    Column("address", String(256), nullable=False),
    Column("landmark", String(256), nullable=True),
    # Null: nobody knows since when.
    Column("valid_from", Date, nullable=True),
    Column("valid_until", Date, nullable=False),
    Column("confirmed_on", Date, nullable=True),
)

batches: Final = Table(
    "claim_batches",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("label", String(128), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("created_by", String(64), nullable=False),
)

claims: Final = Table(
    "device_claims",
    metadata,
    # The device id that is printed on it.
    Column("device_id", String(63), primary_key=True),
    Column("batch_id", ForeignKey("claim_batches.id"), nullable=False, index=True),
    Column("kind", String(16), nullable=False),
    Column("model", String(64), nullable=True),
    # Of 256 random bits, so a plain hash is enough.
    Column("claim_sha256", String(64), nullable=False),
    # The terminal's own row until it is installed: with the batch's credential it can call for help.
    Column("lobby_id", String(63), nullable=True),
    Column("claimed_at", UtcDateTime, nullable=True),
    # Of the request that claimed it: the same one again, because its answer was lost, gets the same answer.
    Column("claimed_with", String(64), nullable=True),
    Column("refused_count", Integer, nullable=False, server_default="0"),
)

windows: Final = Table(
    "test_windows",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("device_id", String(63), nullable=False, index=True),
    Column("home_id", String(64), nullable=True),
    Column("opened_by", String(64), nullable=False),
    Column("opened_by_name", String(128), nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("until", UtcDateTime, nullable=False),
    # Closed before its time.
    Column("ended_at", UtcDateTime, nullable=True),
)

commissionings: Final = Table(
    "commissionings",
    metadata,
    # Sign-offs of a home's checklist; the latest counts.
    Column("id", _BIG, primary_key=True, autoincrement=True),
    Column("home_id", ForeignKey("homes.id"), nullable=False, index=True),
    Column("at", UtcDateTime, nullable=False),
    Column("staff_id", String(64), nullable=False),
    Column("staff_name", String(128), nullable=False),
    # Why although something was missing; null: nothing was.
    Column("reason", String(256), nullable=True),
    # The checklist as it was.
    Column("facts", JSON, nullable=False),
)
