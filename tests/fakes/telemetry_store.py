"""The telemetry ports in memory: the plainest thing that keeps their promises."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from backend.services.telemetry.ports import (
    DeviceReading,
    DeviceStatus,
    StatusReport,
    StoreHealth,
    TelemetryAway,
)
from backend.services.telemetry.status import decide, later


class MemoryTelemetryStore:
    """Every reading by device, metric and time in microseconds. `away` True: it can do nothing."""

    def __init__(self) -> None:
        self.points: dict[tuple[str, str, int], DeviceReading] = {}
        self.away = False

    def write(self, readings: Sequence[DeviceReading]) -> None:
        self._check()
        for reading in readings:
            micros = round(reading.at * 1e6)
            key = (reading.device_id, reading.metric, micros)
            known = self.points.get(key)
            received = max(reading.received_at, known.received_at) if known else reading.received_at
            self.points[key] = replace(reading, at=micros / 1e6, received_at=received)

    def range(self, device_id: str, metric: str, start: float, end: float, limit: int) -> list[DeviceReading]:
        self._check()
        found = [r for (d, m, _), r in self.points.items() if (d, m) == (device_id, metric) and start <= r.at < end]
        return sorted(found, key=lambda reading: reading.at)[:limit]

    def latest(self, device_id: str) -> list[DeviceReading]:
        self._check()
        newest: dict[str, DeviceReading] = {}
        for (device, metric, _), reading in self.points.items():
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
