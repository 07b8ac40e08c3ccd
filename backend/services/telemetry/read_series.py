"""What a device measured in a span, in windows that fit a screen, with gaps that show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Final

from backend.services.telemetry.ports import Clock, TelemetryStore, Window

MOST_WINDOWS: Final = 500
"""As many as a chart can show."""
_WIDTHS: Final = (1, 5, 10, 30, 60, 180, 300, 600, 1800, 3600, 10800, 21600, 43200, 86400)
_WEEK: Final = 7 * 86400
GAP_FACTOR: Final = 3.0
"""So many of a series' usual steps without a reading are a gap: two heartbeats may get lost (rule 15)."""


@dataclass(frozen=True, slots=True)
class SeriesRow:
    """A window, or where a gap begins: there low, mean and high are None and `count` is 0. `start` in epoch seconds."""

    start: float
    low: float | None = None
    mean: float | None = None
    high: float | None = None
    count: int = 0


@dataclass(frozen=True, slots=True)
class Series:
    """The rows of one series in order of time; `seconds` is the width of a window, `gap_seconds` what counts as a gap.

    `gap_seconds` None: too few readings to say.
    """

    device_id: str
    metric: str
    seconds: int
    gap_seconds: float | None
    rows: tuple[SeriesRow, ...]


def window_seconds(span: float) -> int:
    """The finest width by which `span` seconds are at most `MOST_WINDOWS` windows."""
    for width in _WIDTHS:
        if span <= width * MOST_WINDOWS:
            return width
    return _WEEK * max(1, -int(-span // (_WEEK * MOST_WINDOWS)))


def with_gaps(
    windows: Sequence[Window], start: float, end: float, seconds: int
) -> tuple[float | None, tuple[SeriesRow, ...]]:
    """What counts as a gap here, and the rows: one without values wherever a gap begins.

    The usual step is the median of those between readings, so that a scale used once a day has no gap each night.
    """
    steps = [after.start - before.start for before, after in pairwise(windows)]
    limit = GAP_FACTOR * max(float(seconds), median(steps)) if steps else None
    rows: list[SeriesRow] = []
    known_until = start
    for window in windows:
        if limit is not None and window.start - known_until > limit:
            rows.append(SeriesRow(known_until))
        rows.append(SeriesRow(window.start, window.low, window.mean, window.high, window.count))
        known_until = window.start + seconds
    if limit is not None and end - known_until > limit:
        rows.append(SeriesRow(known_until))
    return limit, tuple(rows)


@dataclass(frozen=True, slots=True)
class ReadSeries:
    """The use case behind the curves of a device and of a resident; raises `TelemetryAway`."""

    store: TelemetryStore
    clock: Clock

    def __call__(self, device_id: str, metric: str, start: float, end: float) -> Series:
        """`start` <= at < `end`, epoch seconds; what is still to come is no gap."""
        seconds = window_seconds(end - start)
        return self._series(device_id, metric, self.store.windows(device_id, metric, start, end, seconds), start, end)

    def all_of(self, device_id: str, start: float, end: float) -> list[Series]:
        """Every metric that the device has a latest value of."""
        found = self.store.device_windows(device_id, start, end, window_seconds(end - start))
        metrics = [reading.metric for reading in self.store.latest(device_id)]
        return [self._series(device_id, metric, found.get(metric, ()), start, end) for metric in metrics]

    def _series(self, device_id: str, metric: str, windows: Sequence[Window], start: float, end: float) -> Series:
        seconds = window_seconds(end - start)
        limit, rows = with_gaps(windows, start, min(end, self.clock.now().timestamp()), seconds)
        return Series(device_id, metric, seconds, limit, rows)
