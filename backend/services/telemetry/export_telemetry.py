"""All telemetry of a device or of a person's home, as rows of a table: readings, and hours where those have expired."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from backend.services.telemetry.homes import Place
from backend.services.telemetry.ports import (
    Clock,
    DeviceReading,
    DeviceStateStore,
    DeviceStatus,
    TelemetryStore,
    Window,
)
from contract.metrics import METRICS

HOUR: Final = 3600
STATUS: Final = ("state", "firmware", "boot", "battery", "rssi")
"""What a device said of itself last; each is a row named `status.…`."""


@dataclass(frozen=True, slots=True)
class ExportRow:
    """A reading (`seconds` 0), or what was kept of an hour (`seconds` 3600): there `value` is the mean.

    Or a part of the device's last status: no reading, so `count` is 0. `at`, `received_at`: epoch seconds; an hour was
    not received.
    """

    place: Place
    metric: str
    at: float
    value: float | bool | str
    received_at: float | None
    low: float | None
    high: float | None
    count: int
    seconds: int


@dataclass(frozen=True, slots=True)
class ExportTelemetry:
    """The use case behind the exports; raises `TelemetryAway`, in the middle too."""

    store: TelemetryStore
    states: DeviceStateStore
    clock: Clock
    raw_kept: timedelta

    def __call__(self, places: Sequence[Place]) -> Iterator[ExportRow]:
        """By device: its last status, the hours of before the readings expired, then the readings."""
        # Readings go by whole hours, so no moment is both in an hour and a reading.
        kept_from = (self.clock.now() - self.raw_kept).timestamp() // HOUR * HOUR
        statuses = self.states.status_many([place.device_id for place in places])
        for place in places:
            yield from _of_status(place, statuses.get(place.device_id))
            for metric in METRICS:
                for window in self.store.windows(place.device_id, metric, 0.0, kept_from, HOUR):
                    yield _of_hour(place, metric, window)
            for reading in self.store.export(place.device_id):
                if reading.at >= kept_from:
                    yield _of_reading(place, reading)


def _of_status(place: Place, status: DeviceStatus | None) -> Iterator[ExportRow]:
    if status is None or status.heard_at is None:
        return
    heard_at = status.heard_at.timestamp()
    at = heard_at if status.at is None else status.at.timestamp()
    for name in STATUS:
        value = getattr(status, name)
        if value is not None:
            yield ExportRow(place, f"status.{name}", at, value, heard_at, None, None, 0, 0)


def _of_hour(place: Place, metric: str, window: Window) -> ExportRow:
    return ExportRow(place, metric, window.start, window.mean, None, window.low, window.high, window.count, HOUR)


def _of_reading(place: Place, reading: DeviceReading) -> ExportRow:
    value = float(reading.value)
    received_at = reading.received_at.timestamp()
    return ExportRow(place, reading.metric, reading.at, reading.value, received_at, value, value, 1, 0)
