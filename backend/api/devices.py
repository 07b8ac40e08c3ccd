"""Enrolling devices, and what is known of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Query, Response

from backend.api.access import Sees
from backend.api.device_request import Key, NewDevices, enrol_refused, new_device
from backend.api.device_views import (
    Credential,
    Credentials,
    DevicePage,
    DeviceRow,
    DeviceView,
    finding_view,
    reading_view,
    row,
)
from backend.api.problems import Problem
from backend.api.security import CurrentActor
from backend.services.registry.enrol import Enrol
from backend.services.registry.ports import RegistryStore
from backend.services.registry.request import EnrolRefused
from backend.services.telemetry.ports import DeviceStatus, TelemetryAway
from backend.services.telemetry.read_device import DeviceNow, ReadDevice
from contract.vocabulary import Label

MAX_PAGE: Final = 500


@dataclass(frozen=True, slots=True)
class DeviceCalls:
    """What the router needs. `read_device` answers with statuses and latest values, or raises `TelemetryAway`."""

    enrol: Enrol
    store: RegistryStore
    read_device: ReadDevice


def router(calls: DeviceCalls) -> APIRouter:
    """`/devices` of the staff API."""
    api = APIRouter(prefix="/devices", tags=["devices"])

    @api.post("", status_code=201)
    def enrol(body: NewDevices, actor: CurrentActor, response: Response, key: Key = None) -> Credentials:
        """Enrol devices; the broker is told before the answer leaves. The same Idempotency-Key: the same answer."""
        try:
            enrolled = calls.enrol([new_device(item) for item in body.items], actor, key)
        except EnrolRefused as refused:
            raise enrol_refused(refused) from None
        response.headers["Cache-Control"] = "no-store"
        return Credentials(
            items=[Credential(device_id=one.device_id, secret=one.secret, home_id=one.home_id) for one in enrolled]
        )

    @api.get("")
    def list_devices(
        sight: Sees,
        after: Annotated[str, Query(max_length=63)] = "",
        limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = MAX_PAGE,
    ) -> DevicePage:
        """Devices in the order of their ids, with their status."""
        found = calls.store.devices(after, limit, sight)
        statuses: Mapping[str, DeviceStatus] | None
        try:
            statuses = calls.read_device.statuses([device.id for device in found])
        except TelemetryAway:
            statuses = None
        rows = [DeviceRow(**row(device, (statuses or {}).get(device.id))) for device in found]
        return DevicePage(
            items=rows, next=found[-1].id if len(found) == limit else None, telemetry_away=statuses is None
        )

    @api.get("/{device_id}")
    def show_device(device_id: str) -> DeviceView:
        """One device with its status, its latest values and what telemetry rules have found."""
        device = calls.store.device(device_id)
        if device is None:
            raise Problem(404, "unknown_device", Label("没有这台设备", "No such device"))
        away = False
        try:
            now = calls.read_device(device_id)
        except TelemetryAway:
            now, away = DeviceNow(None, []), True
        latest = [reading_view(reading) for reading in now.latest]
        findings = [finding_view(rule, state) for rule, state in now.findings]
        return DeviceView(**row(device, now.status), latest=latest, findings=findings, telemetry_away=away)

    return api
