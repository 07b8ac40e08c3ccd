"""The tables of the script: what was said of each step, its reviews, hand-overs, and who watches for voice."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, String, Table, Text, false, text

from backend.adapters.db.base import UtcDateTime, metadata

_BIG: Final = BigInteger().with_variant(Integer, "sqlite")

marks: Final = Table(
    "script_marks",
    metadata,
    # Only ever added to; the last of a step counts.
    Column("id", _BIG, primary_key=True, autoincrement=True),
    Column("alert_id", ForeignKey("alerts.id"), nullable=False, index=True),
    Column("step", String(64), nullable=False),
    # done, impossible
    Column("state", String(16), nullable=False),
    # Why it is impossible.
    Column("reason", String(512), nullable=True),
    Column("note", Text, nullable=True),
    Column("actor_kind", String(16), nullable=False),
    Column("actor_id", String(64), nullable=False),
    Column("actor_name", String(128), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index(
        "ix_script_marks_impossible",
        "id",
        sqlite_where=text("state = 'impossible'"),
        postgresql_where=text("state = 'impossible'"),
    ),
)

reviews: Final = Table(
    "script_reviews",
    metadata,
    Column("mark_id", ForeignKey("script_marks.id"), primary_key=True),
    # agreed, objected
    Column("verdict", String(16), nullable=False),
    Column("note", Text, nullable=True),
    Column("reviewer_id", String(64), nullable=False),
    Column("reviewer_name", String(128), nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

hand_overs: Final = Table(
    "hand_overs",
    metadata,
    Column("alert_id", ForeignKey("alerts.id"), primary_key=True),
    Column("called_at", UtcDateTime, nullable=False),
    Column("reference", String(64), nullable=True),
    Column("call_back", String(32), nullable=True),
    # ambulance, boat
    Column("vehicle", String(16), nullable=True),
    Column("vehicle_at", UtcDateTime, nullable=True),
    Column("met_by", String(128), nullable=True),
    Column("hospital", String(128), nullable=True),
    Column("condition", Text, nullable=True),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("changed_by", String(64), nullable=False),
    # Null until the follow-ups have been made, once.
    Column("follow_ups_at", UtcDateTime, nullable=True),
)

voice_watches: Final = Table(
    "voice_watches",
    metadata,
    Column("alert_id", ForeignKey("alerts.id"), primary_key=True),
    # voice.Cause, as it was last judged
    Column("cause", String(16), nullable=False),
    # none, key_holder, grave
    Column("silence", String(16), nullable=False),
    # A deadline is a column; null: nothing is to be done before something happens.
    Column("due_at", UtcDateTime, nullable=True),
    Column("fired_at", UtcDateTime, nullable=True),
    Column("over", Boolean, nullable=False, server_default=false()),
    Column("sent_kind", String(16), nullable=True),
    Column("sent_id", String(64), nullable=True),
    Column("sent_name", String(128), nullable=True),
    Index(
        "ix_voice_watches_due_at",
        "due_at",
        sqlite_where=text("due_at IS NOT NULL"),
        postgresql_where=text("due_at IS NOT NULL"),
    ),
)
