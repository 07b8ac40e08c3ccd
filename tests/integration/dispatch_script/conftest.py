"""Databases and the script's use cases on them."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from tests.harness.database import database, database_url, empty_database_url
from tests.harness.scripted import Scripted

__all__ = ["database", "database_url", "empty_database_url", "scripted"]


@pytest.fixture
def scripted(database: Engine) -> Scripted:
    """The use cases on a fresh database, with a clock that is turned by hand."""
    return Scripted(database)
