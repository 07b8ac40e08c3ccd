"""Databases, the alarm use cases on them, and press accounting beside them."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from tests.harness.accounting import Books
from tests.harness.alarm import Alarm
from tests.harness.database import database, database_url, empty_database_url

__all__ = ["alarm", "books", "database", "database_url", "empty_database_url"]


@pytest.fixture
def alarm(database: Engine) -> Alarm:
    """The use cases on a fresh database, with a clock that is turned by hand."""
    return Alarm(database)


@pytest.fixture
def books(alarm: Alarm) -> Books:
    """The accounts of that database's devices."""
    return Books(alarm)
