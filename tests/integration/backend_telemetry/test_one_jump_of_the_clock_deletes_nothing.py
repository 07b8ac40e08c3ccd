"""The host's clock jumps about, and the file keeps every reading that it would have kept with a right one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from math import inf
from pathlib import Path

import pytest

from backend.adapters.telemetry.database import TelemetryDatabase
from backend.adapters.telemetry.sqlite import SqliteTelemetryStore
from backend.services.telemetry.ports import DeviceReading
from backend.services.telemetry.retention import Retention

NOW = datetime(2026, 11, 24, 6, tzinfo=UTC).timestamp()
HOUR, DAY, YEAR = 3600.0, 86400.0, 365 * 86400.0
KEPT = Retention(timedelta(days=30), timedelta(days=60), timedelta(days=90))


class Passing:
    """Time that has really passed, in seconds."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def passing() -> Passing:
    return Passing()


@pytest.fixture
def start(tmp_path: Path, passing: Passing) -> Iterator[Callable[[], SqliteTelemetryStore]]:
    """A process starts."""
    database = TelemetryDatabase(tmp_path / "telemetry.sqlite")
    yield lambda: SqliteTelemetryStore(database, passing, KEPT)
    database.close()


def readings(*ago: float) -> list[DeviceReading]:
    received = datetime.fromtimestamp(NOW, UTC)
    return [DeviceReading("T1", "heart_rate", NOW - seconds, 70.0, received) for seconds in ago]


def left(store: SqliteTelemetryStore) -> list[float]:
    return [NOW - reading.at for reading in store.range("T1", "heart_rate", -inf, inf, 100)]


def counts(store: SqliteTelemetryStore) -> list[int]:
    return [window.count for window in store.windows("T1", "heart_rate", NOW - 100 * DAY, NOW + HOUR, 3600)]


def test_a_clock_that_jumped_ahead_deletes_nothing_in_this_process_or_the_next(
    start: Callable[[], SqliteTelemetryStore], passing: Passing
) -> None:
    store = start()
    store.write(readings(29 * DAY, 0))
    store.retain(NOW)
    for process in (store, start()):
        process.retain(NOW + YEAR)
        passing.seconds += HOUR
        process.retain(NOW + YEAR + HOUR)
        assert left(process) == [29 * DAY, 0]
        assert [reading.at for reading in process.latest("T1")] == [NOW]
    store.retain(NOW + 2 * DAY)
    assert left(store) == [29 * DAY, 0], "two days ahead is a jump as well"


def test_a_clock_that_stands_for_a_week_is_believed(
    start: Callable[[], SqliteTelemetryStore], passing: Passing
) -> None:
    start().retain(NOW - 60 * DAY)  # then switched off for two months
    store = start()
    store.write(readings(40 * DAY, 20 * DAY))
    for hour in range(7 * 24 + 1):
        assert left(store) == [40 * DAY, 20 * DAY], hour
        store.retain(NOW + hour * HOUR)
        passing.seconds += HOUR
    assert left(store) == [20 * DAY]


def test_time_that_passes_is_believed_as_it_passes(start: Callable[[], SqliteTelemetryStore], passing: Passing) -> None:
    store = start()
    store.retain(NOW)
    store.write(readings(29 * DAY, 0))
    passing.seconds += 2 * DAY
    store.retain(NOW + 2 * DAY)
    assert left(store) == [0]


def test_what_a_wrong_clock_called_expired_counts_again_when_it_is_right(
    start: Callable[[], SqliteTelemetryStore],
) -> None:
    store = start()
    store.write(readings(2 * HOUR))
    store.retain(NOW + 45 * DAY)  # the very first clock of this file is wrong, so nothing says so
    assert left(store) == []
    for _ in range(2):
        store.write(readings(60))
        store.write(readings(30))
    store.retain(NOW)
    store.write(readings(20))
    assert left(store) == [60, 30, 20]
    assert counts(store) == [1, 3], "the hour of the lost reading stands, the other says what its readings say"
    while store.roll_up(NOW + DAY):
        pass
    assert counts(store) == [1, 3]
