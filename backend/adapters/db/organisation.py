"""The tables of who is responsible where: the organisation tree, villages, and which centre takes care of which."""

from __future__ import annotations

from typing import Final

from sqlalchemy import JSON, Boolean, Column, Float, ForeignKey, Integer, String, Table, false

from backend.adapters.db.base import metadata

organisations: Final = Table(
    "organisations",
    metadata,
    Column("id", String(64), primary_key=True),
    # The district has no parent; there is exactly one, made at the first start.
    Column("parent_id", ForeignKey("organisations.id"), nullable=True, index=True),
    # district, town, village, institution
    Column("kind", String(16), nullable=False),
    Column("name", String(128), nullable=False),
    # Who runs it under contract; null: the bureau itself.
    Column("operator", String(128), nullable=True),
    Column("phone", String(32), nullable=True),
    # {"mon": [["08:00","17:00"]], …}, local time; null: always open. A day that is missing is closed.
    Column("hours", JSON, nullable=True),
    # Where calls go while it is closed; null: its parent.
    Column("night_organisation_id", ForeignKey("organisations.id"), nullable=True),
    # WGS-84.
    Column("latitude", Float, nullable=True),
    Column("longitude", Float, nullable=True),
    # Providers take work orders; a desk is where alerts are shown.
    Column("provides", JSON, nullable=False),
    Column("disabled", Boolean, nullable=False, server_default=false()),
    Column("demo", Boolean, nullable=False, server_default=false()),
)

villages: Final = Table(
    "villages",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("name", String(128), nullable=False),
    # The town service centre to whose area it belongs.
    Column("town_id", ForeignKey("organisations.id"), nullable=True),
    Column("island", String(64), nullable=True),
    # On an outer island, and when the last ferry leaves ("16:30", local time).
    Column("outer_island", Boolean, nullable=False, server_default=false()),
    Column("last_ferry", String(5), nullable=True),
    Column("latitude", Float, nullable=True),
    Column("longitude", Float, nullable=True),
    Column("demo", Boolean, nullable=False, server_default=false()),
)

catchments: Final = Table(
    "catchments",
    metadata,
    Column("organisation_id", ForeignKey("organisations.id"), primary_key=True),
    Column("village_id", ForeignKey("villages.id"), primary_key=True, index=True),
    # The lowest is asked first where several centres serve one village.
    Column("position", Integer, nullable=False, server_default="0"),
)
