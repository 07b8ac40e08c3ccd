"""All telemetry of a device or of a person's home, as rows of a table: readings, and hours where those have expired."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from backend.services.telemetry.homes import Place
from backend.services.telemetry.ports import Clock, DeviceReading, TelemetryStore, Window
from contract.metrics import METRICS

HOUR: Final = 3600


@dataclass(frozen=True, slots=True)
class ExportRow:
    """A reading (`seconds` 0), or what was kept of an hour (`seconds` 3600): there `value` is the mean.

    `at`, `received_at`: epoch seconds; a reading alone was received.
    """

    place: Place
    metric: str
    at: float
    value: float | bool
    received_at: float | None
    low: float
    high: float
    count: int
    seconds: int


@dataclass(frozen=True, slots=True)
class ExportTelemetry:
    """The use case behind the exports; raises `TelemetryAway`, in the middle too."""

    store: TelemetryStore
    clock: Clock
    raw_kept: timedelta

    def __call__(self, places: Sequence[Place]) -> Iterator[ExportRow]:
        """By device: the hours of before the readings expired, then the readings."""
        # Readings go by whole hours, so no moment is both in an hour and a reading.
        kept_from = (self.clock.now() - self.raw_kept).timestamp() // HOUR * HOUR
        for place in places:
            for metric in METRICS:
                for window in self.store.windows(place.device_id, metric, 0.0, kept_from, HOUR):
                    yield _of_hour(place, metric, window)
            for reading in self.store.export(place.device_id):
                if reading.at >= kept_from:
                    yield _of_reading(place, reading)


def _of_hour(place: Place, metric: str, window: Window) -> ExportRow:
    return ExportRow(place, metric, window.start, window.mean, None, window.low, window.high, window.count, HOUR)


def _of_reading(place: Place, reading: DeviceReading) -> ExportRow:
    value = float(reading.value)
    received_at = reading.received_at.timestamp()
    return ExportRow(place, reading.metric, reading.at, reading.value, received_at, value, value, 1, 0)
