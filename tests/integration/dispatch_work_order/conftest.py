"""Databases and work orders on them."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from tests.harness.database import database, database_url, empty_database_url
from tests.harness.work_orders import WorkDesk

__all__ = ["database", "database_url", "desk", "empty_database_url"]


@pytest.fixture
def desk(database: Engine) -> WorkDesk:
    """The use cases on a fresh database, with a clock that is turned by hand. It is Tuesday, 11:12 local time."""
    return WorkDesk(database)
