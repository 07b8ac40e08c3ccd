"""A fresh database for each test, on SQLite and on PostgreSQL: import the fixtures that you use into a conftest."""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from backend.adapters.db.engine import make_engine
from backend.adapters.db.migrations import migrate
from tests.harness.postgres import create_database, drop_database, find_binaries, postgres_url

BOTH = (pytest.param("sqlite"), pytest.param("postgres", marks=pytest.mark.postgres))


def _migrated(url: str) -> None:
    engine = make_engine(url)
    migrate(engine)
    engine.dispose()


@functools.cache
def _sqlite_template() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "template.sqlite")
        _migrated(f"sqlite:///{path}")
        return path.read_bytes()


def sqlite_copy(folder: Path) -> str:
    """The URL of a migrated SQLite database with nothing in it: a copy, for tests that need very many."""
    path = folder / "care.sqlite"
    path.write_bytes(_sqlite_template())
    return f"sqlite:///{path}"


@functools.cache
def _postgres_template() -> str:
    name = create_database()
    _migrated(postgres_url(name))
    return name


def _require_postgres() -> None:
    if find_binaries() is None:
        pytest.skip("PostgreSQL is not installed")


@pytest.fixture(params=BOTH)
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database without a single table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/empty.sqlite"
        return
    _require_postgres()
    name = create_database()
    yield postgres_url(name)
    drop_database(name)


@pytest.fixture(params=BOTH)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a migrated database with nothing in it."""
    if request.param == "sqlite":
        path = tmp_path / "care.sqlite"
        path.write_bytes(_sqlite_template())
        yield f"sqlite:///{path}"
        return
    _require_postgres()
    name = create_database(_postgres_template())
    yield postgres_url(name)
    drop_database(name)


@pytest.fixture
def database(database_url: str) -> Iterator[Engine]:
    """An engine on a migrated database with nothing in it."""
    engine = make_engine(database_url)
    yield engine
    engine.dispose()
