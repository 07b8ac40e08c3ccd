"""The telemetry file is for its own account alone, and never takes the room that alerts are committed to."""

from __future__ import annotations

from datetime import UTC, datetime
from math import inf
from pathlib import Path

import pytest

from backend.adapters.clock import SystemClock
from backend.adapters.telemetry.database import RESERVE_BYTES, TelemetryDatabase
from backend.adapters.telemetry.device_states import SqliteDeviceStates
from backend.adapters.telemetry.influx.backlog import Backlog
from backend.adapters.telemetry.sqlite import SqliteTelemetryStore
from backend.services.telemetry.ports import DeviceReading, StatusReport, TelemetryAway

NOW = datetime(2026, 11, 24, 6, tzinfo=UTC)
READING = DeviceReading("T1", "steps", NOW.timestamp(), 7.0, NOW)


def test_nobody_else_on_the_machine_reads_the_file(tmp_path: Path) -> None:
    database = TelemetryDatabase(tmp_path / "telemetry.sqlite")
    SqliteTelemetryStore(database, SystemClock().monotonic).write([READING])
    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    assert set(modes.values()) == {0o600}
    assert "telemetry.sqlite-wal" in modes
    database.close()


def test_on_a_disk_that_is_almost_full_nothing_is_taken_and_everything_can_be_forgotten(tmp_path: Path) -> None:
    free = [RESERVE_BYTES]
    database = TelemetryDatabase(tmp_path / "telemetry.sqlite", lambda _: free[0])
    store = SqliteTelemetryStore(database, SystemClock().monotonic)
    store.write([READING])
    free[0] -= 1
    with pytest.raises(TelemetryAway, match="almost full"):
        store.write([READING])
    assert len(store.range("T1", "steps", -inf, inf, 10)) == 1
    assert store.delete("T1", -inf, inf) == 1
    free[0] += 1
    store.write([READING])
    database.close()


def test_neither_statuses_nor_what_waits_for_influxdb_take_the_room_of_alerts(tmp_path: Path) -> None:
    free = [RESERVE_BYTES]
    backlog = Backlog(tmp_path / "backlog.sqlite", 10_000_000, lambda _: free[0])
    states = SqliteDeviceStates(TelemetryDatabase(tmp_path / "telemetry.sqlite", lambda _: free[0]))
    point, report = ("T1", "steps", 1, 7.0, 1), StatusReport("T1", "online", NOW)
    backlog.append([point])
    states.apply([report])
    free[0] -= 1
    with pytest.raises(TelemetryAway, match="almost full"):
        backlog.append([point])
    with pytest.raises(TelemetryAway, match="almost full"):
        states.apply([report])
    backlog.settle(backlog.oldest(10), [], [], 0)
    assert backlog.pending() == (0, None)
    assert states.forget("T1", None) == 0
    backlog.close()
