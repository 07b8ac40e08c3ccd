"""The table of what the auditor found."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table

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
