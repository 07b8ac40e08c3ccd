"""The same promises, in memory and on the databases."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from backend.adapters.db.health import HealthSqlStore
from backend.services.health.ports import HealthStore
from tests.fakes.health_reports import MemoryHealthStore
from tests.harness.database import database, database_url

__all__ = ["database", "database_url", "store"]


@pytest.fixture(params=["memory", "sql"])
def store(request: pytest.FixtureRequest, database: Engine) -> HealthStore:
    return MemoryHealthStore() if request.param == "memory" else HealthSqlStore(database)
