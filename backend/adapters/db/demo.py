"""The table of the demo district: which one is loaded, with what it was made, and how far that has got."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Integer, String, Table

from backend.adapters.db.base import UtcDateTime, metadata

demo_loads: Final = Table(
    "demo_loads",
    metadata,
    # Always `district`: one at a time, whoever races.
    Column("id", String(16), primary_key=True),
    Column("seed", BigInteger, nullable=False),
    Column("homes", Integer, nullable=False),
    Column("days", Integer, nullable=False),
    # What its history ends before; made again from it, the district is the same.
    Column("made_at", UtcDateTime, nullable=False),
    Column("time_zone", String(64), nullable=False),
    # loading, loaded, wiping
    Column("state", String(16), nullable=False),
    # How many batches are stored: raised in the transaction of each.
    Column("batches", Integer, nullable=False),
)
