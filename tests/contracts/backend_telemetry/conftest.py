"""The same promises in memory, on the real file, and on InfluxDB: which one, the last lines of the run say."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from backend.adapters.clock import SystemClock
from backend.adapters.telemetry.database import TelemetryDatabase
from backend.adapters.telemetry.device_states import SqliteDeviceStates
from backend.adapters.telemetry.influx import store as influx_store
from backend.adapters.telemetry.sqlite import SqliteTelemetryStore
from backend.services.telemetry.ports import DeviceStateStore, TelemetryStore
from backend.services.telemetry.retention import Retention
from tests.fakes.telemetry_store import MemoryDeviceStates, MemoryTelemetryStore
from tests.harness.clock import PATIENCE_SECONDS
from tests.harness.influx import influx_target, open_store

RETENTION = Retention(timedelta(days=3650), timedelta(days=7300), timedelta(days=10950))
"""Long: a real InfluxDB goes by the real date, whatever the date of the readings."""


@pytest.fixture(params=["memory", "sqlite", "influx"])
def store(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TelemetryStore]:
    if request.param == "memory":
        yield MemoryTelemetryStore(RETENTION)
    elif request.param == "sqlite":
        database = TelemetryDatabase(tmp_path / "telemetry.sqlite")
        yield SqliteTelemetryStore(database, SystemClock().monotonic, RETENTION)
    else:
        # A question waits a second for what is on its way, which on a busy machine is not long enough to find it.
        monkeypatch.setattr(influx_store, "CATCH_UP_SECONDS", PATIENCE_SECONDS)
        target = influx_target()
        prefix = target.prefix()
        influx = open_store(target, tmp_path, prefix, retention=RETENTION)
        yield influx
        influx.stop()
        target.clear(prefix)


@pytest.fixture(params=["memory", "sqlite"])
def states(request: pytest.FixtureRequest, tmp_path: Path) -> DeviceStateStore:
    if request.param == "memory":
        return MemoryDeviceStates()
    return SqliteDeviceStates(TelemetryDatabase(tmp_path / "telemetry.sqlite"))
