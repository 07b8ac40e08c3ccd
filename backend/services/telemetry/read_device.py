"""What is known of devices right now: their status and the latest reading of each metric."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from backend.services.telemetry.ports import DeviceReading, DeviceStateStore, DeviceStatus, TelemetryStore


@dataclass(frozen=True, slots=True)
class DeviceNow:
    """`status` None: the device was never heard of."""

    status: DeviceStatus | None
    latest: list[DeviceReading]


@dataclass(frozen=True, slots=True)
class ReadDevice:
    """The use case behind `GET /api/v1/devices/{id}`; raises `TelemetryAway`."""

    store: TelemetryStore
    states: DeviceStateStore

    def __call__(self, device_id: str) -> DeviceNow:
        """Status and latest values of one device."""
        return DeviceNow(self.states.status(device_id), self.store.latest(device_id))

    def statuses(self, device_ids: Collection[str]) -> Mapping[str, DeviceStatus]:
        """For lists; devices that were never heard of are left out."""
        return self.states.status_many(device_ids)
