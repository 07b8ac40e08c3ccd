"""A small district on both databases, and the cover that is found in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection, Engine

from backend.adapters.db.cover import SqlCover
from backend.adapters.db.engine import writing
from tests.harness.database import database, database_url, empty_database_url
from tests.harness.district import District

__all__ = ["database", "database_url", "empty_database_url"]


@pytest.fixture
def connection(database: Engine) -> Iterator[Connection]:
    """One transaction for the whole test."""
    with writing(database) as opened:
        yield opened


@pytest.fixture
def district(connection: Connection) -> District:
    """Town `town` with the centres `near`, `far` (08:00 to 17:00) below the district."""
    found = District(connection)
    found.organisation("town", kind="town")
    for centre in ("near", "far"):
        found.organisation(centre, "town", hours={day: [["08:00", "17:00"]] for day in ("mon", "tue", "wed")})
    return found


@pytest.fixture
def cover(connection: Connection) -> Callable[[], SqlCover]:
    """Made anew at each call, as for each transaction."""
    return lambda: SqlCover(connection, ZoneInfo("Asia/Shanghai"))
