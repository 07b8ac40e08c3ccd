"""The telemetry ports in memory: the plainest thing that keeps their promises."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from math import floor, inf

import msgspec

from backend.services.telemetry.ports import (
    DeviceReading,
    DeviceStatus,
    StatusReport,
    StoreHealth,
    TelemetryAway,
    Window,
)
from backend.services.telemetry.retention import Retention
from backend.services.telemetry.status import decide, later


class MemoryTelemetryStore:
    """Every reading by device, metric and time in microseconds. `away` True: it can do nothing.

    Nothing is rolled up: what has expired is kept out of sight, and still counts in windows of minutes and hours.
    """

    def __init__(self, retention: Retention | None = None) -> None:
        self.points: dict[tuple[str, str, int], DeviceReading] = {}
        self.away = False
        self._retention = retention or Retention()
        self._kept_from = {1: -inf, 60: -inf, 3600: -inf}

    def write(self, readings: Sequence[DeviceReading]) -> None:
        self._check()
        for reading in readings:
            micros = round(reading.at * 1e6)
            key = (reading.device_id, reading.metric, micros)
            known = self.points.get(key)
            received = max(reading.received_at, known.received_at) if known else reading.received_at
            self.points[key] = msgspec.structs.replace(reading, at=micros / 1e6, received_at=received)

    def range(self, device_id: str, metric: str, start: float, end: float, limit: int) -> list[DeviceReading]:
        self._check()
        found = [r for r in self._seen(device_id, 1) if r.metric == metric and start <= r.at < end]
        return found[:limit]

    def windows(self, device_id: str, metric: str, start: float, end: float, seconds: int) -> list[Window]:
        self._check()
        finest = next(width for width in (3600, 60, 1) if seconds % width == 0)
        values: dict[int, list[float]] = {}
        for reading in self._seen(device_id, finest):
            if reading.metric == metric and floor(start / seconds) <= floor(reading.at / seconds) < -floor(
                -end / seconds
            ):
                values.setdefault(floor(reading.at / seconds) * seconds, []).append(float(reading.value))
        return [
            Window(float(begin), min(of), sum(of) / len(of), max(of), len(of)) for begin, of in sorted(values.items())
        ]

    def device_windows(self, device_id: str, start: float, end: float, seconds: int) -> dict[str, list[Window]]:
        metrics = sorted({metric for device, metric, _ in self.points if device == device_id})
        found = {metric: self.windows(device_id, metric, start, end, seconds) for metric in metrics}
        return {metric: windows for metric, windows in found.items() if windows}

    def export(self, device_id: str) -> Iterator[DeviceReading]:
        self._check()
        yield from self._seen(device_id, 1)

    def retain(self, now: float) -> None:
        self._check()
        kept = (self._retention.raw, self._retention.minutes, self._retention.hours)
        for width, span in zip(self._kept_from, kept, strict=True):
            limit = floor((now - span.total_seconds()) / 3600) * 3600.0
            self._kept_from[width] = max(self._kept_from[width], limit)

    def _seen(self, device_id: str, width: int) -> list[DeviceReading]:
        """By metric and time, what roll-ups of that width still know."""
        of = [r for r in self.points.values() if r.device_id == device_id and r.at >= self._kept_from[width]]
        return sorted(of, key=lambda reading: (reading.metric, reading.at))

    def latest(self, device_id: str) -> list[DeviceReading]:
        self._check()
        newest: dict[str, DeviceReading] = {}
        for (device, metric, _), reading in self.points.items():
            if reading.at < self._kept_from[1]:
                continue
            if device == device_id and (metric not in newest or reading.rank > newest[metric].rank):
                newest[metric] = reading
        return [newest[metric] for metric in sorted(newest)]

    def latest_many(self, device_ids: Collection[str]) -> Mapping[str, list[DeviceReading]]:
        return {device_id: latest for device_id in device_ids if (latest := self.latest(device_id))}

    def delete(self, device_id: str, start: float, end: float) -> int:
        self._check()
        gone = [key for key, r in self.points.items() if key[0] == device_id and start <= r.at < end]
        for key in gone:
            del self.points[key]
        return len(gone)

    def health(self) -> StoreHealth:
        return StoreHealth(not self.away, 0.0, "away" if self.away else "")

    def _check(self) -> None:
        if self.away:
            raise TelemetryAway("away")


class MemoryDeviceStates:
    """Every status by device."""

    def __init__(self) -> None:
        self.known: dict[str, DeviceStatus] = {}

    def apply(self, reports: Sequence[StatusReport]) -> None:
        for report in reports:
            _, self.known[report.device_id] = decide(self.known.get(report.device_id), report)

    def seen(self, moments: Mapping[str, datetime]) -> None:
        for device_id, at in moments.items():
            status = self.known.get(device_id, DeviceStatus(device_id))
            self.known[device_id] = replace(status, last_seen=later(status.last_seen, at))

    def status(self, device_id: str) -> DeviceStatus | None:
        return self.known.get(device_id)

    def status_many(self, device_ids: Collection[str]) -> Mapping[str, DeviceStatus]:
        return {device_id: self.known[device_id] for device_id in device_ids if device_id in self.known}


class MemoryRegistry:
    """Device states by id."""

    def __init__(self, **states: str) -> None:
        self.by_id = dict(states)

    def states(self, device_ids: Collection[str]) -> Mapping[str, str]:
        return {device_id: self.by_id[device_id] for device_id in device_ids if device_id in self.by_id}
