"""The tables of who may come in: staff, sessions, failed log-ins, second factors, known browsers, machines' tokens."""

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
    UniqueConstraint,
    false,
)

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
    # A password that somebody else has seen: good until then, and for nothing but choosing another. Null: their own.
    Column("one_time_until", UtcDateTime, nullable=True),
    # `sub` at the OpenID provider; such an account has no password here.
    Column("oidc_subject", String(255), nullable=True),
    UniqueConstraint("username"),
    Index("ix_staff_oidc_subject", "oidc_subject", unique=True),
)

sessions: Final = Table(
    "sessions",
    metadata,
    # SHA-256 of the cookie: a copy of the database opens no session.
    Column("token_sha256", String(64), primary_key=True),
    Column("staff_id", ForeignKey("staff.id"), nullable=False, index=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
    Column("used_at", UtcDateTime, nullable=True),
    # Masked: enough to recognise one's own, too little to follow anybody.
    Column("address", String(64), nullable=True),
    Column("agent", String(64), nullable=True),
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

second_factors: Final = Table(
    "second_factors",
    metadata,
    Column("staff_id", ForeignKey("staff.id"), primary_key=True),
    # Sealed with the key of `identity_key_file`. `pending`: shown, not yet confirmed by a code.
    Column("secret", LargeBinary, nullable=True),
    Column("pending", LargeBinary, nullable=True),
    # The step (30 s since 1970) of the last code that was used: no code is good twice.
    Column("last_step", BigInteger, nullable=True),
)

recovery_codes: Final = Table(
    "recovery_codes",
    metadata,
    Column("staff_id", ForeignKey("staff.id"), primary_key=True),
    # They are random (78 bits), so a plain hash is enough. A used one is deleted.
    Column("code_sha256", String(64), primary_key=True),
)

known_devices: Final = Table(
    "known_devices",
    metadata,
    # SHA-256 of a cookie: this browser has logged this person in before.
    Column("token_sha256", String(64), primary_key=True),
    Column("staff_id", ForeignKey("staff.id"), primary_key=True, index=True),
    Column("used_at", UtcDateTime, nullable=False),
)

api_tokens: Final = Table(
    "api_tokens",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("name", String(64), nullable=False),
    Column("token_sha256", String(64), nullable=False),
    Column("scopes", JSON, nullable=False),
    Column("organisation_id", String(64), nullable=True),
    Column("created_by", String(64), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("revoked_at", UtcDateTime, nullable=True),
    Column("used_at", UtcDateTime, nullable=True),
    UniqueConstraint("token_sha256"),
)
