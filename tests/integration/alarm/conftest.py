"""Databases and the alarm use cases on them."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from tests.harness.alarm import Alarm
from tests.harness.database import database, database_url, empty_database_url

__all__ = ["alarm", "database", "database_url", "empty_database_url"]


@pytest.fixture
def alarm(database: Engine) -> Alarm:
    """The use cases on a fresh database, with a clock that is turned by hand."""
    return Alarm(database)
