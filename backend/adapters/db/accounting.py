"""The tables of press accounting: what each device's numbers say, what was found, and the chained statements."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Index, String, Table, Text, UniqueConstraint, text

from backend.adapters.db.base import UtcDateTime, metadata

_WATCHED: Final = text("due_at IS NOT NULL")

accounts: Final = Table(
    "press_accounts",
    metadata,
    Column("device_id", String(63), primary_key=True),
    # One row that a press reads and writes by its key, and nothing else.
    Column("account", Text, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
)

findings: Final = Table(
    "press_findings",
    metadata,
    Column("device_id", String(63), primary_key=True),
    # sos_gap, seq_gap, numbering
    Column("kind", String(16), primary_key=True),
    # UTC. One row a day, whatever a broken device sends.
    Column("day", String(10), primary_key=True),
    Column("count", BigInteger, nullable=False),
    Column("detail", String(200), nullable=False),
    Column("first_at", UtcDateTime, nullable=False),
    Column("last_at", UtcDateTime, nullable=False),
    # When somebody is asked to look at the device; null: nobody, or somebody was.
    Column("due_at", UtcDateTime, nullable=True),
    Column("alert_id", String(36), nullable=True),
    Column("order_id", String(36), nullable=True),
    Index("ix_press_findings_due_at", "due_at", sqlite_where=_WATCHED, postgresql_where=_WATCHED),
)

statements: Final = Table(
    "press_statements",
    metadata,
    # Without a gap, from 1: the place in the chain. Two that make the same day collide here.
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("day", String(10), nullable=False),
    Column("device_id", String(63), nullable=False),
    Column("body", Text, nullable=False),
    Column("previous_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    UniqueConstraint("day", "device_id"),
    Index("ix_press_statements_device_id_position", "device_id", "position"),
)
