"""The tables of what the auditor found, and of reviews."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text

from backend.adapters.db.base import UtcDateTime, metadata

findings: Final = Table(
    "audit_findings",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("alert_id", String(36), nullable=False),
    Column("finding", String(32), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index("ix_audit_findings_alert", "alert_id", "finding", "at"),
    Index("ix_audit_findings_at", "at"),
)

reviews: Final = Table(
    "reviews",
    metadata,
    Column("alert_id", String(36), primary_key=True),
    Column("reason", String(32), primary_key=True),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("closed_at", UtcDateTime, nullable=True, index=True),
    Column("closed_by", String(128), nullable=True),
    # What was found, in the words of whoever looked.
    Column("finding", Text, nullable=True),
    # open, taken, closed
    Column("state", String(16), nullable=False, server_default="open"),
    # The centre whose alert it was: its manager answers for it until somebody takes it.
    Column("organisation_id", String(64), nullable=True),
    Column("owner_id", String(64), nullable=True),
    Column("owner_name", String(128), nullable=True),
    Column("taken_at", UtcDateTime, nullable=True),
    Column("cause", String(32), nullable=True),
    Column("measures", Text, nullable=True),
    Index("ix_reviews_state", "state", "opened_at"),
)
