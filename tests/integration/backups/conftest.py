"""Databases, the alarm use cases on them, and backups of them in a folder of the test."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.harness.backups import Site
from tests.harness.clock import ManualClock, wall_now
from tests.harness.database import database, database_url, empty_database_url

__all__ = ["database", "database_url", "empty_database_url", "site"]


@pytest.fixture
def site(database: Engine, database_url: str, tmp_path: Path) -> Site:
    """A site with its database and readings, three days ago."""
    return Site(database, database_url, tmp_path, ManualClock(wall_now() - timedelta(days=3)))
