"""What is shown of a device: its credential once, its row, its status, its latest values."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from backend.api.bodies import Answer, Moment
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


class DeviceRow(Answer):
    """A device in the list. `status` is null for a device that was never heard of."""

    id: str
    kind: str
    state: str
    home_id: str | None
    home_label: str | None
    room: str | None
    synthetic: bool
    created_at: Moment
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


def row(device: ListedDevice, status: DeviceStatus | None) -> dict[str, Any]:
    """The fields of a `DeviceRow`."""
    return {
        "id": device.id,
        "kind": device.kind,
        "state": device.state.value,
        "home_id": device.home_id,
        "home_label": device.home_label,
        "room": device.room,
        "synthetic": device.synthetic,
        "created_at": device.created_at,
        "status": _status(status) if status else None,
    }


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
