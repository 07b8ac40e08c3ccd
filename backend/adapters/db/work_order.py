"""The tables of work orders, of their timelines and of the call-backs."""

from __future__ import annotations

from typing import Final

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint, text

from backend.adapters.db.base import UtcDateTime, metadata

_BIG: Final = BigInteger().with_variant(Integer, "sqlite")
OPEN: Final = text("state NOT IN ('closed', 'cancelled')")

work_orders: Final = Table(
    "work_orders",
    metadata,
    Column("id", String(36), primary_key=True),
    # What it was made for: the promise "never doubled" stands in the schema.
    Column("key", String(160), nullable=False),
    Column("version", Integer, nullable=False),
    Column("kind", String(32), nullable=False),
    Column("state", String(16), nullable=False),
    Column("state_since", UtcDateTime, nullable=False),
    # 0 urgent … 3 low
    Column("priority", Integer, nullable=False),
    # key_press, operator, follow_up, device
    Column("origin", String(16), nullable=False),
    Column("text", Text, nullable=False),
    Column("home_id", String(64), nullable=True, index=True),
    Column("resident_id", String(64), nullable=True),
    Column("alert_id", String(36), nullable=True, index=True),
    Column("device_id", String(63), nullable=True),
    Column("provider_id", String(64), nullable=True),
    Column("provider_opens_at", UtcDateTime, nullable=True),
    # A row of `people`, or of `staff` for somebody who is not among them.
    Column("assignee_id", String(64), nullable=True, index=True),
    Column("assignee_name", String(128), nullable=True),
    # Until when the present step should be over.
    Column("deadline_at", UtcDateTime, nullable=True),
    # When a timer looks next; null: nothing to look for.
    Column("due_at", UtcDateTime, nullable=True),
    # 督办: set once, never cleared.
    Column("supervised_at", UtcDateTime, nullable=True),
    Column("overdue_at", UtcDateTime, nullable=True),
    Column("held_since", UtcDateTime, nullable=True),
    Column("held_until", UtcDateTime, nullable=True),
    Column("hold_reason", Text, nullable=True),
    Column("failed_call_backs", Integer, nullable=False),
    Column("reworks", Integer, nullable=False),
    Column("outcome", String(16), nullable=True),
    Column("rating", Integer, nullable=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime, nullable=True),
    Column("called_back_at", UtcDateTime, nullable=True),
    Column("closed_at", UtcDateTime, nullable=True, index=True),
    UniqueConstraint("key"),
    Index(
        "ix_work_orders_due_at",
        "due_at",
        sqlite_where=text("due_at IS NOT NULL"),
        postgresql_where=text("due_at IS NOT NULL"),
    ),
    # The list shows what is open; what is closed grows for ever.
    Index("ix_work_orders_open", "provider_id", "state", sqlite_where=OPEN, postgresql_where=OPEN),
)

timeline: Final = Table(
    "work_order_timeline",
    metadata,
    Column("id", _BIG, primary_key=True, autoincrement=True),
    Column("work_order_id", ForeignKey("work_orders.id"), nullable=False, index=True),
    Column("at", UtcDateTime, nullable=False),
    Column("kind", String(32), nullable=False),
    Column("actor_kind", String(16), nullable=False),
    Column("actor_id", String(64), nullable=False),
    Column("actor_name", String(128), nullable=False),
    Column("source", String(64), nullable=False),
    Column("reason", Text, nullable=False),
    Column("detail", JSON, nullable=False),
)

call_backs: Final = Table(
    "call_backs",
    metadata,
    Column("id", _BIG, primary_key=True, autoincrement=True),
    Column("work_order_id", ForeignKey("work_orders.id"), nullable=False, index=True),
    Column("at", UtcDateTime, nullable=False),
    # satisfied, dissatisfied, unresolved; no_answer, unreachable, wrong_number
    Column("result", String(16), nullable=False),
    Column("caller_kind", String(16), nullable=False),
    Column("caller_id", String(64), nullable=False),
    Column("caller_name", String(128), nullable=False),
    Column("note", Text, nullable=True),
)
