"""What is known of devices right now: their status and the latest reading of each metric."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from backend.domain.rules.threshold import Rule, RuleState
from backend.services.telemetry.observe import Findings
from backend.services.telemetry.ports import DeviceReading, DeviceStateStore, DeviceStatus, TelemetryStore


@dataclass(frozen=True, slots=True)
class DeviceNow:
    """`status` None: the device was never heard of. `findings`: the rules that are raised for it."""

    status: DeviceStatus | None
    latest: list[DeviceReading]
    findings: Sequence[tuple[Rule, RuleState]] = ()


@dataclass(frozen=True, slots=True)
class ReadDevice:
    """The use case behind `GET /api/v1/devices/{id}`; raises `TelemetryAway`."""

    store: TelemetryStore
    states: DeviceStateStore
    rules: Sequence[Rule]
    findings: Findings

    def __call__(self, device_id: str) -> DeviceNow:
        """Status, latest values and findings of one device."""
        known = self.findings.states((device_id,))
        raised = [
            (rule, state)
            for rule in self.rules
            if (state := known.get((device_id, rule.code))) is not None and state.raised
        ]
        return DeviceNow(self.states.status(device_id), self.store.latest(device_id), raised)

    def statuses(self, device_ids: Collection[str]) -> Mapping[str, DeviceStatus]:
        """For lists; devices that were never heard of are left out."""
        return self.states.status_many(device_ids)
