"""Alerts on a fresh database."""

from __future__ import annotations

from tests.harness.database import database, database_url

__all__ = ["database", "database_url"]
