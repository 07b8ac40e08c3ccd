"""A database with the alarm use cases, behind the gateway's codec."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from tests.harness.alarm import Alarm
from tests.harness.database import database, database_url, empty_database_url

__all__ = ["alarm", "database", "database_url", "empty_database_url"]


@pytest.fixture
def alarm(database: Engine) -> Alarm:
    """The use cases on a fresh database."""
    return Alarm(database)
