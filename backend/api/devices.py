"""Enrolling devices, and what is known of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Header, Query, Response

from backend.api.device_request import NewDevices, new_device
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
from backend.api.security import require
from backend.services.identity.actor import Actor, Scope, StaffRole
from backend.services.registry.enrol import Enrol
from backend.services.registry.ports import RegistryStore
from backend.services.registry.request import EnrolRefusal, EnrolRefused
from backend.services.telemetry.ports import DeviceStatus, TelemetryAway
from backend.services.telemetry.read_device import DeviceNow, ReadDevice
from contract.vocabulary import Label

MAX_PAGE: Final = 500
Key = Annotated[str | None, Header(alias="Idempotency-Key", min_length=1, max_length=128, pattern=r"^[\x20-\x7e]+$")]
Enrols = Annotated[
    Actor, Depends(require(roles=(StaffRole.TECHNICIAN, StaffRole.ADMINISTRATOR), scopes=(Scope.ENROL,)))
]
READS: Final = Depends(require(roles=tuple(StaffRole), scopes=(Scope.READ,)))


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
    def enrol(body: NewDevices, actor: Enrols, response: Response, key: Key = None) -> Credentials:
        """Enrol devices; the broker is told before the answer leaves. The same Idempotency-Key: the same answer."""
        try:
            enrolled = calls.enrol([new_device(item) for item in body.items], actor, key)
        except EnrolRefused as refused:
            raise _refused(refused) from None
        response.headers["Cache-Control"] = "no-store"
        return Credentials(
            items=[Credential(device_id=one.device_id, secret=one.secret, home_id=one.home_id) for one in enrolled]
        )

    @api.get("", dependencies=[READS])
    def list_devices(
        after: Annotated[str, Query(max_length=63)] = "", limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = MAX_PAGE
    ) -> DevicePage:
        """Devices in the order of their ids, with their status."""
        found = calls.store.devices(after, limit)
        statuses: Mapping[str, DeviceStatus] | None
        try:
            statuses = calls.read_device.statuses([device.id for device in found])
        except TelemetryAway:
            statuses = None
        rows = [DeviceRow(**row(device, (statuses or {}).get(device.id))) for device in found]
        return DevicePage(
            items=rows, next=found[-1].id if len(found) == limit else None, telemetry_away=statuses is None
        )

    @api.get("/{device_id}", dependencies=[READS])
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


_TITLES: Final[dict[EnrolRefusal, tuple[int, Label]]] = {
    EnrolRefusal.BAD_DEVICE_ID: (422, Label("设备编号格式不对", "Not a device id")),
    EnrolRefusal.LOBBY_PREFIX_WRONG: (
        422,
        Label("lobby- 开头的编号只用于未登记的终端", "Ids of lobby devices begin with lobby-, and no others"),
    ),
    EnrolRefusal.LOBBY_HAS_HOME: (422, Label("未登记的终端不能有住址", "A lobby device has no home")),
    EnrolRefusal.STOCK_HAS_HOME: (
        422,
        Label("在库设备不能有住址，也不能是未登记终端", "What is on the shelf has no home"),
    ),
    EnrolRefusal.HOME_MISSING: (422, Label("缺少住址", "Say for which home: home_id or home")),
    EnrolRefusal.HOME_NAMED_TWICE: (422, Label("住址给了两次", "Either home_id or home, not both")),
    EnrolRefusal.NAMED_TWICE: (422, Label("同一编号出现两次", "The same id stands twice in the request")),
    EnrolRefusal.UNKNOWN_HOME: (422, Label("没有这个住址", "No such home")),
    EnrolRefusal.DEVICE_EXISTS: (409, Label("设备已登记", "The device is enrolled already")),
    EnrolRefusal.HOME_EXISTS: (409, Label("住址已存在", "The home exists already: name it by home_id")),
    EnrolRefusal.DEVICE_REVOKED: (409, Label("设备已停用", "The device has been revoked")),
    EnrolRefusal.KEY_REUSED: (
        409,
        Label("幂等键已用于另一请求", "The Idempotency-Key was used for another request"),
    ),
    EnrolRefusal.CONFLICT: (409, Label("与另一请求冲突", "Another request made one of these ids: try again")),
}


def _refused(refused: EnrolRefused) -> Problem:
    status, title = _TITLES[refused.reason]
    detail = Label(f"未登记任何设备：{'、'.join(refused.ids)}", f"Nothing was enrolled: {', '.join(refused.ids)}")
    extras: dict[str, object] = {"ids": list(refused.ids)}
    if refused.index is not None:
        extras["index"] = refused.index
    return Problem(status, refused.reason, title, detail if refused.ids else None, extras=extras)
