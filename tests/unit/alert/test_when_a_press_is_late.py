"""A press that comes late is marked with its age; a wrong clock is flagged and believed in nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from backend.domain.alert.timing import CLOCK_AHEAD, CLOCK_BEHIND, LATE_AFTER, press_time
from contract.vocabulary import Flag

NOW = datetime(2026, 11, 24, 3, 12, 45, tzinfo=UTC)


@pytest.mark.parametrize(
    ("device_ago", "received_ago", "retained", "late", "flags"),
    [
        (timedelta(0), timedelta(0), False, None, ()),
        (LATE_AFTER, timedelta(0), False, None, ()),
        (timedelta(minutes=8), timedelta(0), False, timedelta(minutes=8), (Flag.LATE,)),
        (None, timedelta(minutes=5), False, timedelta(minutes=5), (Flag.LATE,)),
        (timedelta(minutes=8), timedelta(minutes=5), False, timedelta(minutes=8), (Flag.LATE,)),
        (None, timedelta(0), True, timedelta(0), (Flag.RETAINED, Flag.LATE)),
        (-CLOCK_AHEAD, timedelta(0), False, None, ()),
        (-CLOCK_AHEAD - timedelta(seconds=1), timedelta(0), False, None, (Flag.CLOCK_SKEW,)),
        (timedelta(days=-365), timedelta(0), False, None, (Flag.CLOCK_SKEW,)),
        (CLOCK_BEHIND + timedelta(seconds=1), timedelta(0), False, None, (Flag.CLOCK_SKEW,)),
        (
            CLOCK_BEHIND + timedelta(days=1),
            timedelta(minutes=5),
            False,
            timedelta(minutes=5),
            (Flag.CLOCK_SKEW, Flag.LATE),
        ),
    ],
)
def test_age_and_flags(
    device_ago: timedelta | None,
    received_ago: timedelta,
    retained: bool,
    late: timedelta | None,
    flags: tuple[Flag, ...],
) -> None:
    device_time = None if device_ago is None else NOW - device_ago
    found = press_time(device_time, NOW - received_ago, retained, NOW)
    assert found.late == late
    assert found.flags == flags
    assert found.pressed_at <= NOW - received_ago
