"""Roll-ups outlive readings, what is forgotten leaves no trace in the file, an old file is read by a new program."""

from __future__ import annotations

import sqlite3
import struct
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from math import inf
from pathlib import Path

import pytest

from backend.adapters.clock import SystemClock
from backend.adapters.telemetry.database import TelemetryDatabase
from backend.adapters.telemetry.schema import VERSION
from backend.adapters.telemetry.sqlite import SqliteTelemetryStore
from backend.services.telemetry.ports import DeviceReading, TelemetryAway, Window
from backend.services.telemetry.retention import Retention

NOW = datetime(2026, 11, 24, 6, tzinfo=UTC).timestamp()
HOUR, DAY = 3600.0, 86400.0
KEPT = Retention(timedelta(days=2), timedelta(days=4), timedelta(days=6))
PATTERN = 61.2938475610293
"""A value that nothing else in a file looks like."""

VERSION_1 = """
CREATE TABLE series (id INTEGER PRIMARY KEY, device_id TEXT NOT NULL, metric TEXT NOT NULL, UNIQUE (device_id, metric));
CREATE TABLE points (series_id INTEGER NOT NULL, at INTEGER NOT NULL, value REAL NOT NULL, received INTEGER NOT NULL,
    PRIMARY KEY (series_id, at)) WITHOUT ROWID;
CREATE TABLE latest (series_id INTEGER PRIMARY KEY, at INTEGER NOT NULL, value REAL NOT NULL,
    received INTEGER NOT NULL);
CREATE TABLE device_status (device_id TEXT PRIMARY KEY, state TEXT, boot INTEGER, at INTEGER, firmware TEXT,
    battery REAL, rssi REAL, heard_at INTEGER, last_seen INTEGER) WITHOUT ROWID;
INSERT INTO series VALUES (1, 'T1', 'heart_rate');
INSERT INTO points VALUES (1, 3600000000, 60.0, 3600000000), (1, 3660000000, 80.0, 3660000000);
INSERT INTO latest VALUES (1, 3660000000, 80.0, 3660000000);
PRAGMA user_version=1;
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "telemetry.sqlite"


@pytest.fixture
def store(path: Path) -> Iterator[SqliteTelemetryStore]:
    database = TelemetryDatabase(path)
    yield SqliteTelemetryStore(database, SystemClock().monotonic, KEPT)
    database.close()


def reading(at: float, value: float = 70.0, metric: str = "heart_rate") -> DeviceReading:
    return DeviceReading("T1", metric, at, value, datetime.fromtimestamp(at, UTC))


def day_of_readings(start: float, value: float = 70.0) -> list[DeviceReading]:
    """One every ten minutes."""
    return [reading(start + step * 600, value) for step in range(144)]


def hours(store: SqliteTelemetryStore, start: float, end: float) -> dict[float, int]:
    return {window.start: window.count for window in store.windows("T1", "heart_rate", start, end, 3600)}


def roll_up_all(store: SqliteTelemetryStore) -> int:
    made = 0
    while some := store.roll_up(NOW):
        made += some
    return made


def test_a_file_of_version_1_is_brought_up_to_date_with_all_that_it_holds(
    path: Path, store: SqliteTelemetryStore
) -> None:
    connection = sqlite3.connect(path)
    connection.executescript(VERSION_1)
    connection.close()
    expected = [Window(3600.0, 60.0, 70.0, 80.0, 2)]
    assert store.windows("T1", "heart_rate", 0, 7200, 3600) == expected
    assert roll_up_all(store) == 1
    assert store.windows("T1", "heart_rate", 0, 7200, 3600) == expected
    assert [r.value for r in store.latest("T1")] == [80.0]
    assert sqlite3.connect(path).execute("PRAGMA user_version").fetchone() == (VERSION,)


def test_a_file_of_a_later_version_is_left_alone(path: Path, store: SqliteTelemetryStore) -> None:
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version={VERSION + 1}")
    connection.close()
    with pytest.raises(TelemetryAway, match="newer version"):
        store.write([reading(NOW)])


def test_an_hour_is_rolled_up_when_it_is_over_and_again_when_somebody_is_late(store: SqliteTelemetryStore) -> None:
    store.write([reading(NOW - 2 * HOUR), reading(NOW - 600), reading(NOW + 30 * DAY)])
    assert roll_up_all(store) == 2, "the current hour waits; one in the future is a wrong clock"
    assert roll_up_all(store) == 0
    store.write([reading(NOW - 2 * HOUR + 60, 90.0)])
    assert store.windows("T1", "heart_rate", NOW - 2 * HOUR, NOW - HOUR, 3600)[0].high == 90.0
    assert roll_up_all(store) == 1
    assert store.windows("T1", "heart_rate", NOW - 2 * HOUR, NOW - HOUR, 3600)[0].count == 2


def test_minutes_and_hours_outlive_the_readings(store: SqliteTelemetryStore) -> None:
    for days in range(8):
        store.write(day_of_readings(NOW - (days + 1) * DAY, 60.0 + days))
    before = hours(store, NOW - 8 * DAY, NOW)
    store.retain(NOW)
    assert len(store.range("T1", "heart_rate", -inf, inf, 10_000)) == 2 * 144
    after = hours(store, NOW - 8 * DAY, NOW)
    assert after == {start: count for start, count in before.items() if start >= NOW - 6 * DAY}
    minutes = store.windows("T1", "heart_rate", NOW - 8 * DAY, NOW, 60)
    assert (minutes[0].start, len(minutes)) == (NOW - 4 * DAY, 4 * 144)
    assert [r.value for r in store.latest("T1")] == [60.0]
    store.retain(NOW)
    assert hours(store, NOW - 8 * DAY, NOW) == after


def test_a_device_that_has_been_silent_too_long_has_no_latest(store: SqliteTelemetryStore) -> None:
    store.write(day_of_readings(NOW - 3 * DAY))
    store.retain(NOW)
    assert store.latest("T1") == []
    assert sum(hours(store, NOW - 5 * DAY, NOW).values()) == 144


def test_a_reading_that_comes_after_its_time_spoils_no_roll_up(store: SqliteTelemetryStore) -> None:
    start = NOW - 4 * DAY
    store.write([reading(start + step * 600, 70.0) for step in range(6)])
    store.retain(NOW)
    late = [reading(start + 5, 99.0), reading(start + 7 * HOUR, 88.0)]
    for _ in range(2):
        store.write(late)
        roll_up_all(store)
    assert hours(store, start, start + DAY) == {start: 6, start + 7 * HOUR: 1}, "what has expired cannot be made again"
    store.retain(NOW)
    assert hours(store, start, start + DAY) == {start: 6, start + 7 * HOUR: 1}
    assert store.range("T1", "heart_rate", -inf, inf, 10) == []


def test_forgetting_reaches_roll_ups_whose_readings_have_expired(store: SqliteTelemetryStore) -> None:
    start = NOW - 3 * DAY
    store.write(day_of_readings(start))
    store.retain(NOW)
    assert store.delete("T1", start + 2 * HOUR + 1200, start + 4 * HOUR + 1200) == 0
    left = hours(store, start, start + DAY)
    assert (left[start + 2 * HOUR], left[start + 4 * HOUR]) == (2, 4)
    assert start + 3 * HOUR not in left
    store.delete("T1", -inf, inf)
    assert hours(store, -inf, inf) == {}
    assert store.windows("T1", "heart_rate", -inf, inf, 60) == []


def test_what_is_erased_is_not_in_the_file_any_more(path: Path, store: SqliteTelemetryStore) -> None:
    store.write(day_of_readings(NOW - DAY, PATTERN))
    roll_up_all(store)
    pattern = struct.pack(">d", PATTERN)

    def traces() -> int:
        files = [path, path.with_name(f"{path.name}-wal")]
        return sum(file.read_bytes().count(pattern) for file in files if file.exists())

    assert traces() > 0
    assert store.delete("T1", -inf, inf) == 144
    assert traces() == 0


def test_a_year_of_readings_is_forgotten_while_others_write(path: Path, store: SqliteTelemetryStore) -> None:
    store.write([reading(NOW - 60 * step) for step in range(12_000)])
    other = SqliteTelemetryStore(TelemetryDatabase(path), SystemClock().monotonic, KEPT)
    forgetting = threading.Thread(target=store.delete, args=("T1", -inf, NOW - HOUR), name="forgetting")
    forgetting.start()
    for step in range(20):
        other.write([DeviceReading("T2", "heart_rate", NOW + step, 70.0, datetime.fromtimestamp(NOW, UTC))])
    forgetting.join(30)
    assert len(store.range("T1", "heart_rate", -inf, inf, 20_000)) == 61
    assert len(store.range("T2", "heart_rate", -inf, inf, 100)) == 20


def test_several_processes_roll_up_at_once(path: Path, store: SqliteTelemetryStore) -> None:
    store.write([reading(NOW - 500 * HOUR + step * 600) for step in range(2_400)])
    stores = [SqliteTelemetryStore(TelemetryDatabase(path), SystemClock().monotonic, KEPT) for _ in range(3)]
    threads = [threading.Thread(target=roll_up_all, args=(one,), name="roll-up") for one in stores]
    for thread in threads:
        thread.start()
    store.write([reading(NOW - 499.9 * HOUR, 99.0)])
    for thread in threads:
        thread.join(30)
    roll_up_all(store)
    found = store.windows("T1", "heart_rate", NOW - 600 * HOUR, NOW, 3600)
    assert sum(window.count for window in found) == 2_401
    assert max(window.high for window in found) == 99.0


def test_an_export_is_whole_beyond_one_page(store: SqliteTelemetryStore) -> None:
    store.write([reading(NOW - step) for step in range(5_000)] + [reading(NOW, 1.0, "steps")])
    found = list(store.export("T1"))
    assert len(found) == 5_001
    assert found == sorted(found, key=lambda r: (r.metric, r.at))
    assert list(store.export("T9")) == []
