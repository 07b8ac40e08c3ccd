"""Databases and a running backend for these tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.harness.backend import Platform, running
from tests.harness.database import database, database_url

__all__ = ["database", "database_url"]


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """A backend of every role on a SQLite database of its own; op2 is for tests that get themselves locked out."""
    folder = tmp_path_factory.mktemp("platform")
    with running(folder, f"sqlite:///{folder}/care.sqlite") as found:
        yield found
