"""A registry on each database."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.harness.database import database, database_url
from tests.harness.registry import RegistryDesk

__all__ = ["database", "database_url"]


@pytest.fixture
def desk(database: Engine, tmp_path: Path) -> RegistryDesk:
    return RegistryDesk(database, tmp_path)
