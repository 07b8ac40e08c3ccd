"""The same promises, in memory and on the real file."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend.adapters.clock import SystemClock
from backend.adapters.telemetry.database import TelemetryDatabase
from backend.adapters.telemetry.device_states import SqliteDeviceStates
from backend.adapters.telemetry.sqlite import SqliteTelemetryStore
from backend.services.telemetry.ports import DeviceStateStore, TelemetryStore
from tests.fakes.telemetry_store import MemoryDeviceStates, MemoryTelemetryStore


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> TelemetryStore:
    if request.param == "memory":
        return MemoryTelemetryStore()
    return SqliteTelemetryStore(TelemetryDatabase(tmp_path / "telemetry.sqlite"), SystemClock().monotonic)


@pytest.fixture(params=["memory", "sqlite"])
def states(request: pytest.FixtureRequest, tmp_path: Path) -> DeviceStateStore:
    if request.param == "memory":
        return MemoryDeviceStates()
    return SqliteDeviceStates(TelemetryDatabase(tmp_path / "telemetry.sqlite"))
