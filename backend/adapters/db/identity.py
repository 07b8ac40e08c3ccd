"""The tables of who may come in: staff, their sessions, failed log-ins."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Boolean, Column, ForeignKey, Integer, String, Table, UniqueConstraint, false

from backend.adapters.db.base import UtcDateTime, metadata

staff: Final = Table(
    "staff",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("username", String(64), nullable=False),
    Column("name", String(128), nullable=False),
    Column("role", String(16), nullable=False),
    Column("locale", String(16), nullable=False),
    Column("password_hash", String(256), nullable=False),
    Column("disabled", Boolean, nullable=False, server_default=false()),
    Column("created_at", UtcDateTime, nullable=False),
    # Where they work: they see its subtree. Null: the whole district.
    Column("organisation_id", String(64), nullable=True),
    UniqueConstraint("username"),
)

sessions: Final = Table(
    "sessions",
    metadata,
    # SHA-256 of the cookie: a copy of the database opens no session.
    Column("token_sha256", String(64), primary_key=True),
    Column("staff_id", ForeignKey("staff.id"), nullable=False, index=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
)

login_attempts: Final = Table(
    "login_attempts",
    metadata,
    # SHA-256 of a user name or of an address: neither stands in the clear.
    Column("subject", String(80), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("last_at", UtcDateTime, nullable=False),
    Column("blocked_until", UtcDateTime, nullable=True),
)
