"""Escalation on a fresh database."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from tests.harness.database import database, database_url
from tests.harness.escalating import Escalating

__all__ = ["database", "database_url", "desk"]


@pytest.fixture
def desk(database: Engine) -> Escalating:
    """Alerts with the shipped policies, everybody on duty."""
    return Escalating(database)
