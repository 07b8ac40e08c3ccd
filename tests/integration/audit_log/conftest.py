"""Databases with an audit log, and a running backend."""

from __future__ import annotations

from tests.harness.database import database, database_url, empty_database_url

__all__ = ["database", "database_url", "empty_database_url"]
