"""What is asked of the server about one device, and in which form its answers come back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from backend.adapters.telemetry.influx import queries
from backend.adapters.telemetry.influx.address import LONG_SECONDS, Parameter
from backend.adapters.telemetry.influx.answers import Row, micros
from backend.adapters.telemetry.influx.backlog import Values
from backend.adapters.telemetry.influx.line import FIELD_COUNT, FIELD_HIGH, FIELD_LOW, FIELD_SUM, ROLL_UP_FIELDS
from backend.adapters.telemetry.influx.points import points
from backend.adapters.telemetry.influx.setup import Buckets
from backend.adapters.telemetry.influx.spans import Span, as_parameters
from backend.adapters.telemetry.units import floor
from backend.services.telemetry.ports import Window

if TYPE_CHECKING:
    from backend.adapters.telemetry.influx.server import InfluxServer

Named = tuple[str, str | None]
"""Device and metric; no metric: all that the device has."""
ByMetric = dict[str, list[Window]]
"""In order of time."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Spans are half open, in microseconds since 1970, and not empty. Raises `ServerTrouble`."""

    server: InfluxServer
    buckets: Buckets

    def points(self, device_id: str, metric: str, span: Span, most: int) -> list[Values]:
        """The oldest `most` of one series."""
        rows = self._ask(queries.POINTS, self.buckets.raw, device_id, span, _metric=metric, _most=most)
        return points(rows, device_id, metric)

    def device_points(self, device_id: str, span: Span) -> list[Values]:
        """All of one device."""
        return points(self._ask(queries.DEVICE_POINTS, self.buckets.raw, device_id, span, LONG_SECONDS), device_id)

    def first_times(self, device_id: str, span: Span) -> dict[str, int]:
        """The metrics of one device, and when each begins."""
        rows = self._ask(queries.SERIES, self.buckets.raw, device_id, span, LONG_SECONDS)
        return {row["metric"]: micros(row["_time"]) for row in rows}

    def count(self, device_id: str, span: Span) -> int:
        """How many readings of one device there are."""
        rows = self._ask(queries.COUNT, self.buckets.raw, device_id, span, LONG_SECONDS)
        return sum(int(row["_value"]) for row in rows)

    def raw_windows(self, series: Named, span: Span, width: int) -> ByMetric:
        """Windows of `width` microseconds, from the points; the span is of whole windows."""
        return self._windows(queries.RAW_WINDOWS, queries.DEVICE_RAW_WINDOWS, self.buckets.raw, series, span, width)

    def rolled_windows(self, bucket: str, series: Named, span: Span, width: int) -> ByMetric:
        """The same from a bucket of roll-ups."""
        return self._windows(queries.ROLLED_WINDOWS, queries.DEVICE_ROLLED_WINDOWS, bucket, series, span, width)

    def _windows(self, of_one: str, of_all: str, bucket: str, series: Named, span: Span, width: int) -> ByMetric:
        every, (device_id, metric) = timedelta(microseconds=width), series
        if metric is None:
            return _windows_of(self._ask(of_all, bucket, device_id, span, _every=every), width)
        return _windows_of(self._ask(of_one, bucket, device_id, span, _metric=metric, _every=every), width)

    def _ask(
        self, flux: str, bucket: str, device_id: str, span: Span, seconds: float | None = None, **more: Parameter
    ) -> Iterable[Row]:
        return self.server.query(
            flux, {"_bucket": bucket, "_device": device_id, **as_parameters(span), **more}, seconds
        )


def _windows_of(rows: Iterable[Row], width: int) -> ByMetric:
    found: dict[tuple[str, int], dict[str, float]] = {}
    for row in rows:
        place = (row["metric"], floor(micros(row["_time"]), width))
        found.setdefault(place, {})[row["result"]] = float(row["_value"])
    windows: ByMetric = {}
    for (metric, start), of in sorted(found.items()):
        # Half written by a task that broke off, a window has not all its fields yet: it is none.
        if of.keys() >= set(ROLL_UP_FIELDS) and of[FIELD_COUNT]:
            one = Window(start / 1e6, of[FIELD_LOW], _mean(of), of[FIELD_HIGH], round(of[FIELD_COUNT]))
            windows.setdefault(metric, []).append(one)
    return windows


def _mean(of: dict[str, float]) -> float:
    """Not outside what it is the mean of, whatever the rounding of a long sum."""
    return min(max(of[FIELD_SUM] / of[FIELD_COUNT], of[FIELD_LOW]), of[FIELD_HIGH])
