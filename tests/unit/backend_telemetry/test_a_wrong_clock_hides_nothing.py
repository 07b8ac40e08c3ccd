"""Before which moment readings are not shown, while the host's clock jumps about."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from backend.adapters.telemetry.influx.backlog import Backlog
from backend.adapters.telemetry.influx.horizons import Horizons, Retaining
from backend.services.telemetry.retention import Retention

NOW = datetime(2026, 11, 24, 3, tzinfo=UTC)
DAY, YEAR = timedelta(days=1), timedelta(days=365)
RETENTION = Retention(30 * DAY, 60 * DAY, 90 * DAY)


class Passing:
    """Time that has really passed, in seconds."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds

    def by(self, span: timedelta) -> None:
        self.seconds += span.total_seconds()


@pytest.fixture
def backlog(tmp_path: Path) -> Backlog:
    return Backlog(tmp_path / "backlog.sqlite", 10_000_000)


@pytest.fixture
def passing() -> Passing:
    return Passing()


@pytest.fixture
def start(backlog: Backlog, passing: Passing) -> Callable[[], Retaining]:
    """A process starts."""
    return lambda: Retaining(backlog, RETENTION, passing)


def test_the_horizon_goes_with_the_clock(backlog: Backlog, passing: Passing, start: Callable[[], Retaining]) -> None:
    retaining = start()
    retaining(NOW)
    assert Horizons.kept(backlog) == Horizons.at(NOW, RETENTION)
    passing.by(10 * DAY)
    retaining(NOW + 10 * DAY)
    assert Horizons.kept(backlog) == Horizons.at(NOW + 10 * DAY, RETENTION)


def test_a_clock_that_jumped_ahead_is_not_believed(backlog: Backlog, start: Callable[[], Retaining]) -> None:
    backlog.append([("T1", "steps", 0, 1.0, 0)])
    retaining = start()
    backlog.fill_latest([("T1", "steps", round(NOW.timestamp() * 1e6), 1.0, 0)])
    retaining(NOW)
    for process in (retaining, start()):
        process(NOW + 10 * YEAR)
        assert Horizons.kept(backlog) == Horizons.at(NOW, RETENTION)
        assert "T1" in backlog.latest(["T1"])


def test_a_horizon_of_a_wrong_clock_comes_back(backlog: Backlog, start: Callable[[], Retaining]) -> None:
    start()(NOW + 10 * YEAR)
    start()(NOW)
    assert Horizons.kept(backlog) == Horizons.at(NOW, RETENTION)


def test_a_clock_that_fell_back_may_return(backlog: Backlog, start: Callable[[], Retaining]) -> None:
    start()(NOW)
    start()(NOW - 10 * YEAR)
    assert Horizons.kept(backlog) == Horizons.at(NOW - 10 * YEAR, RETENTION)
    start()(NOW)
    assert Horizons.kept(backlog) == Horizons.at(NOW, RETENTION)


def test_after_a_week_switched_off_the_horizon_is_right_within_a_week(
    backlog: Backlog, passing: Passing, start: Callable[[], Retaining]
) -> None:
    start()(NOW)
    retaining = start()
    retaining(NOW + 7 * DAY)
    assert Horizons.kept(backlog) == Horizons.at(NOW, RETENTION)
    for day in range(1, 8):
        passing.by(DAY)
        retaining(NOW + (7 + day) * DAY)
        retaining = start()
        assert Horizons.kept(backlog) == Horizons.at(NOW + 2 * day * DAY, RETENTION)


def test_a_shorter_retention_is_in_force_at_once(backlog: Backlog, passing: Passing) -> None:
    Retaining(backlog, RETENTION, passing)(NOW)
    shorter = Retention(DAY, 2 * DAY, 3 * DAY)
    Retaining(backlog, shorter, passing)(NOW)
    assert Horizons.kept(backlog) == Horizons.at(NOW, shorter)
