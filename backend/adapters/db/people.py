"""The tables of people who can be called out, and of the ways to reach people, contacts and organisations."""

from __future__ import annotations

from typing import Final

from sqlalchemy import JSON, Boolean, Column, Float, ForeignKey, Index, Integer, String, Table, false, true

from backend.adapters.db.base import UtcDateTime, metadata

people: Final = Table(
    "people",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("organisation_id", ForeignKey("organisations.id"), nullable=False, index=True),
    Column("name", String(128), nullable=False),
    # operator, responder, manager: what a roster may use the person for
    Column("roles", JSON, nullable=False),
    # centre_staff, volunteer, rescue, fire_post; null: goes nowhere
    Column("responder_kind", String(16), nullable=True),
    # The account with which the person logs in; null: answers by link only.
    Column("staff_id", ForeignKey("staff.id"), nullable=True, index=True),
    Column("latitude", Float, nullable=True),
    Column("longitude", Float, nullable=True),
    Column("locale", String(16), nullable=False, server_default="zh-CN"),
    Column("active", Boolean, nullable=False, server_default=true()),
    Column("demo", Boolean, nullable=False, server_default=false()),
)

contact_points: Final = Table(
    "contact_points",
    metadata,
    Column("id", String(64), primary_key=True),
    # person, contact, organisation
    Column("owner_kind", String(16), nullable=False),
    Column("owner_id", String(64), nullable=False),
    # targets.Channel
    Column("channel", String(16), nullable=False),
    # A phone number in E.164, or the address as the channel understands it. A secret: masked wherever it is shown.
    Column("address", String(512), nullable=False),
    Column("position", Integer, nullable=False, server_default="0"),
    # Null: not proved, so it does not count as cover.
    Column("verified_at", UtcDateTime, nullable=True),
    Column("disabled_at", UtcDateTime, nullable=True),
    Column("disabled_reason", String(128), nullable=True),
    # Local times between which advisory notices wait ("22:00", "07:00"); never an alert's.
    Column("quiet_from", String(5), nullable=True),
    Column("quiet_until", String(5), nullable=True),
    Column("created_at", UtcDateTime, nullable=False),
    Index("ix_contact_points_owner", "owner_kind", "owner_id", "position"),
)
