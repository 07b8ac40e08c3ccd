"""Databases, the alarm use cases, and people to be told."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from tests.harness.alarm import Alarm
from tests.harness.clock import ManualClock
from tests.harness.database import database, database_url, empty_database_url
from tests.harness.notices import NoticeDesk

__all__ = ["database", "database_url", "empty_database_url"]


@pytest.fixture
def clock() -> ManualClock:
    """One clock for all of them."""
    return ManualClock()


@pytest.fixture
def alarm(database: Engine, clock: ManualClock) -> Alarm:
    """The emergency lane on the same database."""
    return Alarm(database, clock)


@pytest.fixture
def desk(database: Engine, clock: ManualClock) -> NoticeDesk:
    """People and their notices on the same database."""
    return NoticeDesk(database, clock)
