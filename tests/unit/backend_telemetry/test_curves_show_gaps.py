"""A curve fits the screen, and silence shows as a gap instead of a straight line."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from backend.services.telemetry.ports import DeviceReading, Window
from backend.services.telemetry.read_series import MOST_WINDOWS, ReadSeries, SeriesRow, window_seconds, with_gaps
from tests.harness.clock import ManualClock

MINUTE, HOUR, DAY = 60, 3600, 86400


@pytest.mark.parametrize(
    ("span", "seconds"),
    [
        (1, 1),
        (8 * MINUTE, 1),
        (HOUR, 10),
        (4 * HOUR, 30),
        (8 * HOUR, 60),
        (DAY, 180),
        (7 * DAY, 1800),
        (30 * DAY, 3 * HOUR),
        (365 * DAY, DAY),
        (5 * 365 * DAY, 7 * DAY),
    ],
)
def test_the_window_follows_the_span(span: int, seconds: int) -> None:
    assert window_seconds(span) == seconds


def test_no_span_has_more_windows_than_a_chart_can_show() -> None:
    century = 100 * 365 * DAY
    for span in (1, 499, 501, 12_345, 10 * DAY + 1, 300 * DAY, century, 2.3 * century):
        assert span / window_seconds(span) <= MOST_WINDOWS


def windows(*starts: float) -> list[Window]:
    return [Window(start, 60.0, 70.0, 80.0, 5) for start in starts]


def gaps(rows: tuple[SeriesRow, ...]) -> list[float]:
    return [row.start for row in rows if row.count == 0]


def test_where_readings_stop_a_row_without_values_stands() -> None:
    limit, rows = with_gaps(windows(0, 60, 120, 600, 660), 0, 720, 60)
    assert limit == 180
    assert gaps(rows) == [180]
    assert [row.start for row in rows] == [0, 60, 120, 180, 600, 660]
    gap = rows[3]
    assert (gap.low, gap.mean, gap.high) == (None, None, None)


def test_silence_at_both_ends_shows() -> None:
    _, rows = with_gaps(windows(600, 660, 720), 0, 1500, 60)
    assert gaps(rows) == [0, 780]


def test_a_missing_reading_or_two_are_no_gap() -> None:
    _, rows = with_gaps(windows(0, 60, 240, 300, 360), 0, 420, 60)
    assert gaps(rows) == []


def test_a_scale_that_is_used_once_a_day_has_no_gap_each_night() -> None:
    starts = [day * DAY + 8 * HOUR for day in range(6)]
    limit, rows = with_gaps(windows(*starts), 0, 6 * DAY, 1800)
    assert limit == 3 * DAY
    assert gaps(rows) == []


def test_one_reading_alone_says_nothing_of_gaps() -> None:
    assert with_gaps(windows(0), 0, DAY, 180)[0] is None
    assert with_gaps([], 0, DAY, 180) == (None, ())


def test_what_is_still_to_come_is_no_gap() -> None:
    clock = ManualClock(datetime(2026, 11, 24, 12, tzinfo=UTC))
    now = clock.now().timestamp()

    class Store:
        def device_windows(self, *_: object) -> dict[str, list[Window]]:
            return {"heart_rate": windows(now - 120, now - 60)}

        def latest(self, device_id: str) -> list[DeviceReading]:
            return [DeviceReading(device_id, "heart_rate", now, 70.0, clock.now())]

    read = ReadSeries(Store(), clock)  # type: ignore[arg-type]
    [series] = read.all_of("T1", now - 120, now + 12 * HOUR)
    assert series.metric == "heart_rate"
    assert gaps(series.rows) == []
