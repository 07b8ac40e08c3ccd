"""The tables of escalation: policy books by digest, one run per alert, and to which desks an alert was offered."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text, text

from backend.adapters.db.base import UtcDateTime, metadata

books: Final = Table(
    "escalation_books",
    metadata,
    # SHA-256 of the body. An alert keeps the book that was in force when it was raised.
    Column("digest", String(64), primary_key=True),
    Column("body", Text, nullable=False),
    Column("loaded_at", UtcDateTime, nullable=False),
)

runs: Final = Table(
    "escalations",
    metadata,
    Column("alert_id", ForeignKey("alerts.id"), primary_key=True),
    Column("book", String(64), nullable=False),
    # Chosen when it first fires; null until then.
    Column("policy", String(64), nullable=True),
    Column("state", String(16), nullable=False),
    Column("version", Integer, nullable=False),
    # The place in the policy's schedule that fires next, and how often the last resort has fired.
    Column("step", Integer, nullable=False),
    Column("round", Integer, nullable=False),
    # Which firing told somebody last, and how many have been told in all.
    Column("told_step", Integer, nullable=True),
    Column("told_round", Integer, nullable=True),
    Column("asked", Integer, nullable=False, server_default="0"),
    Column("began_at", UtcDateTime, nullable=False),
    Column("fired_at", UtcDateTime, nullable=True),
    Column("held_until", UtcDateTime, nullable=True),
    # nobody_reached, nobody_on_duty, all_channels_failed
    Column("trouble", String(32), nullable=True),
    # A deadline is a column; null: nothing is to be done any more.
    Column("due_at", UtcDateTime, nullable=True),
    Index(
        "ix_escalations_due_at",
        "due_at",
        sqlite_where=text("due_at IS NOT NULL"),
        postgresql_where=text("due_at IS NOT NULL"),
    ),
    Index(
        "ix_escalations_not_ended",
        "alert_id",
        sqlite_where=text("state <> 'ended'"),
        postgresql_where=text("state <> 'ended'"),
    ),
)

offers: Final = Table(
    "alert_offers",
    metadata,
    Column("alert_id", ForeignKey("alerts.id"), primary_key=True),
    Column("organisation_id", String(64), primary_key=True, index=True),
    Column("at", UtcDateTime, nullable=False),
    Column("reason", String(32), nullable=False),
)
