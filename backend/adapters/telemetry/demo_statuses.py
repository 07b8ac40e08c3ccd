"""What the demo district's devices said last, in the telemetry file; and everything of them forgotten, in bulk."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from backend.adapters.telemetry.device_states import SqliteDeviceStates
from backend.domain.demo.district import Batch
from backend.domain.demo.terminals import BOOT, Said
from backend.services.telemetry.forget_device import Forgets
from backend.services.telemetry.ports import StatusReport, TelemetryStore

_ONLINE: Final = "online"
"""A terminal that fell silent said so last, and no will came: its network went, not its power."""


@dataclass(frozen=True, slots=True)
class DemoStatuses:
    """`Statuses`. `places`: whatever may hold readings; asked only for devices that `store` has some of."""

    states: SqliteDeviceStates
    store: TelemetryStore
    places: Sequence[Forgets]

    def put(self, batch: Batch) -> None:
        self.states.apply(
            [
                StatusReport(one.device_id, _ONLINE, one.at, False, BOOT, one.at, one.firmware, one.battery, one.rssi)
                for one in batch.said
            ]
        )

    def said(self, device_ids: Collection[str]) -> Mapping[str, Said]:
        found = self.states.status_many(device_ids)
        return {
            device_id: Said(device_id, one.last_seen, one.firmware or "", one.battery or 0.0, one.rssi or 0.0)
            for device_id, one in found.items()
            if one.last_seen is not None
        }

    def forget(self, device_ids: Collection[str]) -> None:
        for device_id in self.store.latest_many(device_ids):
            for place in self.places:
                place.forget(device_id, None)
        self.states.forget_many(device_ids)
