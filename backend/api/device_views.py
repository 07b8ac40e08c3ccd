"""What is shown of a device: its credential once, its row, its status, its latest values."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import Field

from backend.api.bodies import Answer, Moment
from backend.domain.registry.history import masked
from backend.domain.rules.threshold import Rule, RuleState
from backend.services.registry.ports import ListedDevice
from backend.services.telemetry.ports import DeviceReading, DeviceStatus
from contract.metrics import METRICS
from contract.times import from_epoch


class Credential(Answer):
    """What the device connects with: user name and client id are `device_id`. The secret is shown once."""

    device_id: str
    secret: str
    home_id: str | None


class Credentials(Answer):
    """In the order of the request."""

    items: list[Credential]


class StatusView(Answer):
    """What the device said of itself last; `battery` in percent, `rssi` in dBm, `at` by its own clock."""

    state: str | None
    boot: int | None
    at: Moment | None
    firmware: str | None
    battery: float | None
    rssi: float | None
    heard_at: Moment | None
    last_seen: Moment | None


class ReadingView(Answer):
    """The newest reading of a metric; `unit` is the SenML unit, "" for none; `at` by the device's clock."""

    metric: str
    value: float | bool
    unit: str
    at: Moment | None
    received_at: Moment


class RegistryRow(Answer):
    """A device as the registry knows it. `sim_number` is masked; `sim_balance_fen`: hundredths of a yuan.

    `firmware`: as delivered, what runs now is in its status. `supervision_minutes` null: as its class.
    `test_until`: a technician tries it until then, and its presses are silent at the desk.
    """

    id: str
    kind: str
    state: str
    state_since: Moment | None
    state_reason: str | None
    home_id: str | None
    home_label: str | None
    room: str | None
    resident_id: str | None
    synthetic: bool
    created_at: Moment
    model: str | None
    device_class: str | None
    codec: str | None
    firmware: str | None
    sim_number: str | None
    sim_expires_on: date | None
    sim_balance_fen: int | None
    battery_changed_on: date | None
    warranty_until: date | None
    supervision_minutes: int | None
    batch_id: str | None
    test_until: Moment | None


class DeviceRow(RegistryRow):
    """A device in the list. `status` is null for a device that was never heard of."""

    status: StatusView | None


class FindingView(Answer):
    """A telemetry rule that is raised for the device, since when, and the value that raised it."""

    rule: str
    label: dict[str, str]
    metric: str
    value: float
    unit: str
    since: Moment


class DeviceView(DeviceRow):
    """A device with its latest values, and the telemetry rules that are raised for it."""

    latest: list[ReadingView]
    findings: list[FindingView]
    telemetry_away: bool = Field(description="true: status and latest values could not be read now")


class DevicePage(Answer):
    """`next`: send it as `after` for the following page; null at the end."""

    items: list[DeviceRow]
    next: str | None
    telemetry_away: bool


def registry_fields(device: ListedDevice) -> dict[str, Any]:
    """The fields of a `RegistryRow`."""
    values = {name: getattr(device, name) for name in RegistryRow.model_fields}
    return {**values, "state": device.state.value, "sim_number": masked(device.sim_number)}


def registry_row(device: ListedDevice) -> RegistryRow:
    """A device without what telemetry knows of it."""
    return RegistryRow(**registry_fields(device))


def row(device: ListedDevice, status: DeviceStatus | None) -> dict[str, Any]:
    """The fields of a `DeviceRow`."""
    return {**registry_fields(device), "status": _status(status) if status else None}


def _status(status: DeviceStatus) -> StatusView:
    return StatusView(
        state=status.state,
        boot=status.boot,
        at=status.at,
        firmware=status.firmware,
        battery=status.battery,
        rssi=status.rssi,
        heard_at=status.heard_at,
        last_seen=status.last_seen,
    )


def reading_view(reading: DeviceReading) -> ReadingView:
    """A reading as it is shown."""
    metric = METRICS.get(reading.metric)
    return ReadingView(
        metric=reading.metric,
        value=reading.value,
        unit=metric.unit if metric else "",
        at=from_epoch(reading.at),
        received_at=reading.received_at,
    )


def finding_view(rule: Rule, state: RuleState) -> FindingView:
    """A raised rule as it is shown."""
    return FindingView(
        rule=rule.code,
        label={"zh-CN": rule.label.zh, "en": rule.label.en},
        metric=rule.metric,
        value=state.value,
        unit=METRICS[rule.metric].unit,
        since=state.at,
    )
