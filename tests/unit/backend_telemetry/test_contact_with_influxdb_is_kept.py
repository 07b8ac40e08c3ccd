"""When the server was last found well, what is rolled up again after a gap, which erasures are due."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from backend.adapters.telemetry.influx.backlog import CONTACT, GAP_FROM, Backlog
from backend.adapters.telemetry.influx.rollups import Rollups
from backend.adapters.telemetry.influx.setup import Buckets
from backend.adapters.telemetry.units import HOUR, floor, micros

NOW = datetime(2026, 11, 24, 3, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def backlog(tmp_path: Path) -> Backlog:
    return Backlog(tmp_path / "backlog.sqlite", 10_000_000)


@pytest.fixture
def rollups(backlog: Backlog) -> Rollups:
    return Rollups(backlog, cast(Any, None), Buckets.of("care"))


def test_points_that_flow_without_end_are_no_gap(backlog: Backlog, rollups: Rollups) -> None:
    for minute in range(60):
        rollups.in_contact(NOW + minute * MINUTE)
    assert backlog.marks()[CONTACT] == micros(NOW + 59 * MINUTE)
    assert GAP_FROM not in backlog.marks()


def test_a_gap_is_noted_before_contact_is_renewed(backlog: Backlog, rollups: Rollups) -> None:
    rollups.in_contact(NOW)
    rollups.in_contact(NOW + 90 * MINUTE)
    assert backlog.marks()[CONTACT] == micros(NOW + 90 * MINUTE)
    assert backlog.marks()[GAP_FROM] == floor(micros(NOW), HOUR)


def test_a_second_gap_leaves_the_first(backlog: Backlog, rollups: Rollups) -> None:
    for minutes in (0, 90, 300):
        rollups.in_contact(NOW + minutes * MINUTE)
    assert backlog.marks()[GAP_FROM] == floor(micros(NOW), HOUR)


def test_an_erasure_under_a_clock_that_was_ahead_is_due_when_it_is_right(backlog: Backlog, rollups: Rollups) -> None:
    ahead = NOW + timedelta(days=3650)
    rollups.erased("T1", micros(ahead) - 10, micros(ahead), ahead)
    rollups.erased("T2", micros(NOW) - 10, micros(NOW), NOW)
    assert [row[1] for row in backlog.erased(micros(NOW), micros(NOW + 5 * MINUTE))] == ["T1"]
    assert [row[1] for row in backlog.erased(micros(NOW + 5 * MINUTE), micros(NOW + 10 * MINUTE))] == ["T1", "T2"]
