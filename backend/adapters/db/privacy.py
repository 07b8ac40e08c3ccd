"""The tables of consents, erasures, and of what families are linked to."""

from __future__ import annotations

from typing import Final

from sqlalchemy import JSON, BigInteger, Boolean, Column, ForeignKey, Integer, String, Table

from backend.adapters.db.base import UtcDateTime, metadata

consents: Final = Table(
    "consents",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    # No foreign key: that somebody agreed is kept when they are gone.
    Column("resident_id", String(64), nullable=False, index=True),
    Column("matter", String(16), nullable=False),
    Column("agreed", Boolean, nullable=False),
    Column("giver", String(16), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("recorded_by", String(128), nullable=False),
    Column("guardian", String(128), nullable=True),
    Column("relation", String(64), nullable=True),
    Column("document", String(256), nullable=True),
)

erasures: Final = Table(
    "erasures",
    metadata,
    Column("resident_id", String(64), primary_key=True),
    Column("pseudonym", String(16), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("rows", JSON, nullable=False),
)

family_links: Final = Table(
    "family_links",
    metadata,
    # An account of role family, and whom it belongs to. What it sees needs the resident's consent as well.
    Column("staff_id", ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True),
    Column("resident_id", ForeignKey("residents.id", ondelete="CASCADE"), primary_key=True, index=True),
    Column("linked_at", UtcDateTime, nullable=False),
    Column("linked_by", String(128), nullable=False),
)
