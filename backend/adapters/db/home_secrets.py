"""The table of door codes and places of keys, encrypted."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, ForeignKey, LargeBinary, String, Table

from backend.adapters.db.base import UtcDateTime, metadata

home_secrets: Final = Table(
    "home_secrets",
    metadata,
    Column("home_id", ForeignKey("homes.id", ondelete="CASCADE"), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("updated_by", String(128), nullable=False),
)
