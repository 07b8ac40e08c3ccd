"""A whole backend in this process, without its timers, with two towns in its database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from backend.adapters.clock import SystemClock
from backend.adapters.db.engine import writing
from backend.app import Role
from tests.harness.backend import Platform, running
from tests.harness.two_towns import plant

ROLES = (Role.API, Role.INGEST_EVENTS, Role.INGEST_TELEMETRY)


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """Nothing changes by itself: no timer runs."""
    folder = tmp_path_factory.mktemp("platform")
    with running(folder, f"sqlite:///{folder}/care.sqlite", ROLES) as found:
        with writing(found.backend.engine) as connection:
            plant(connection, SystemClock().now())
            connection.commit()
        yield found


@pytest.fixture(scope="module")
def client(platform: Platform) -> Iterator[TestClient]:
    """Calls the application without a network; a fault of ours is a 500, as for everybody."""
    with TestClient(platform.backend.api, raise_server_exceptions=False, follow_redirects=False) as made:
        yield made
