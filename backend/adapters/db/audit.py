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
    # What was found and what is done about it, in the words of whoever looked.
    Column("finding", Text, nullable=True),
)
