"""A fresh database on SQLite and on PostgreSQL."""

from tests.harness.database import database, database_url

__all__ = ["database", "database_url"]
