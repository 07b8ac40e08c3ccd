"""Answering on a fresh database, with two volunteers who have phones."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.harness.answering import Answering
from tests.harness.database import database, database_url

__all__ = ["answering", "database", "database_url"]


@pytest.fixture
def answering(database: Engine, tmp_path: Path) -> Answering:
    """A pressed alert, and Chen and Zhao who can be called out."""
    there = Answering(database, tmp_path)
    there.person("chen", "陈志愿", "+8613800000001")
    there.person("zhao", "赵志愿", "+8613800000002")
    return there
