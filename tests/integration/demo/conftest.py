"""A small demo district on a fresh database, beside somebody real."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.harness.clock import ManualClock
from tests.harness.database import database, database_url, empty_database_url
from tests.harness.demo import NOW, DemoDistrict

__all__ = ["database", "database_url", "empty_database_url"]


@pytest.fixture
def clock() -> ManualClock:
    """A morning on which everything is open."""
    return ManualClock(NOW)


@pytest.fixture
def demo(database: Engine, clock: ManualClock, tmp_path: Path) -> DemoDistrict:
    """Nothing is loaded yet."""
    return DemoDistrict(database, clock, tmp_path)
