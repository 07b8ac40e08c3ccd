"""The same promises, in memory and on the databases."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from backend.adapters.db.telemetry_erasures import SqlErasures
from backend.services.telemetry.erasures import Erasures
from tests.fakes.telemetry_homes import MemoryErasures
from tests.harness.database import database, database_url

__all__ = ["database", "database_url", "erasures"]


@pytest.fixture(params=["memory", "sql"])
def erasures(request: pytest.FixtureRequest, database: Engine) -> Erasures:
    return MemoryErasures() if request.param == "memory" else SqlErasures(database)
