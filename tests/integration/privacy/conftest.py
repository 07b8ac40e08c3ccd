"""A home with an alert that is over, on both databases."""

from __future__ import annotations

from tests.harness.database import database, database_url

__all__ = ["database", "database_url"]
