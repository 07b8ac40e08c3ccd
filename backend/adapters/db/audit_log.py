"""The tables of the audit log: what waits for its place, and the chain, which takes neither UPDATE nor DELETE."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text

from backend.adapters.db.base import UtcDateTime, metadata

audit_pending: Final = Table(
    "audit_pending",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("at", UtcDateTime, nullable=False),
    Column("actor_id", String(128), nullable=False),
    Column("action", String(160), nullable=False),
    Column("subject", String(160), nullable=False),
    # Canonical JSON of the whole entry, without its place.
    Column("body", Text, nullable=False),
)

audit_log: Final = Table(
    "audit_log",
    metadata,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("at", UtcDateTime, nullable=False, index=True),
    Column("actor_id", String(128), nullable=False),
    Column("action", String(160), nullable=False),
    Column("subject", String(160), nullable=False),
    Column("body", Text, nullable=False),
    Column("previous_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Index(None, "actor_id", "position"),
    Index(None, "subject", "position"),
    Index(None, "action", "position"),
)
