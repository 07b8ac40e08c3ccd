"""Changing a device, swapping it for another, and what has happened to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query, Response
from pydantic import Field

from backend.api.bodies import Answer, Body, Moment
from backend.api.device_request import Code, Id, Key, Reason, Short, enrol_refused
from backend.api.device_views import Credential, RegistryRow, registry_row
from backend.api.devices_problems import refused
from backend.api.roster_bodies import Day
from backend.api.security import CurrentActor
from backend.domain.registry.history import Subject
from backend.domain.registry.lifecycle import DeviceState
from backend.services.identity.actor import Actor
from backend.services.registry.change_device import ChangeDevice, DeviceChange
from backend.services.registry.enrol import Enrol
from backend.services.registry.ports import HistoryLine, RegistryStore
from backend.services.registry.refusals import RegistryRefusal, RegistryRefused
from backend.services.registry.request import EnrolRefused, NewDevice
from backend.services.registry.swap import Swap

MAX_LINES: Final = 200


class DeviceChangeBody(Body):
    """Only what is to change. `state` by the table in the manual; some steps need a `reason`.

    `home_id` only together with `state` enrolled. `sim_balance_fen`: hundredths of a yuan.
    """

    state: Literal["stock", "enrolled", "installed", "suspended", "retired", "revoked"] | None = None
    reason: Reason | None = None
    home_id: Id | None = None
    resident_id: Id | None = None
    room: Short | None = None
    model: Short | None = None
    device_class: Code | None = None
    codec: Code | None = None
    firmware: Short | None = None
    sim_number: Annotated[str, Field(min_length=5, max_length=32, pattern=r"^[0-9A-Fa-f+]+$")] | None = None
    sim_expires_on: Day | None = None
    sim_balance_fen: Annotated[int, Field(ge=-10_000_000, le=10_000_000)] | None = None
    battery_changed_on: Day | None = None
    warranty_until: Day | None = None
    supervision_minutes: Annotated[int, Field(ge=1, le=44_640)] | None = None

    def change(self) -> DeviceChange:
        """What was sent; an explicit null takes a value away."""
        told = {"state", "reason"}
        fields = {name: getattr(self, name) for name in self.model_fields_set - told}
        return DeviceChange(fields, DeviceState(self.state) if self.state else None, self.reason)


class NewOne(Body):
    """A device that the registry does not know yet; of the kind of the one that it replaces."""

    device_id: Annotated[str, Field(max_length=63)] | None = None
    model: Short | None = None
    device_class: Code | None = None
    codec: Code | None = None


class SwapBody(Body):
    """Either the id of a device on the shelf, or a `new` one. The old one goes to `old_state`."""

    new_device_id: Annotated[str, Field(min_length=1, max_length=63)] | None = None
    new: NewOne | None = None
    reason: Reason
    old_state: Literal["stock", "retired"] = "stock"


class SwapView(Answer):
    """Both devices afterwards; `credential` of a new one, shown once."""

    old: RegistryRow
    new: RegistryRow
    credential: Credential | None


class ChangeView(Answer):
    """An entry of the history: who changed what, and what it was before. Numbers are masked."""

    id: int
    at: Moment
    subject: str
    subject_id: str
    home_id: str | None
    kind: str
    actor_kind: str
    actor_id: str
    actor_name: str
    reason: str
    before: dict[str, Any]
    after: dict[str, Any]


class HistoryView(Answer):
    """The newest first. `next`: send it as `before` for what came earlier; null at the end."""

    items: list[ChangeView]
    next: int | None


@dataclass(frozen=True, slots=True)
class DeviceChangeCalls:
    """What the router needs."""

    change: ChangeDevice
    swap: Swap
    enrol: Enrol
    store: RegistryStore


def router(calls: DeviceChangeCalls) -> APIRouter:
    """Below `/devices` of the staff API."""
    api = APIRouter(prefix="/devices", tags=["devices"])

    @api.patch("/{device_id}")
    def change(device_id: str, body: DeviceChangeBody, actor: CurrentActor) -> RegistryRow:
        """Change data or state. The same again changes nothing; a device that is shut out is cut off at the broker."""
        try:
            return registry_row(calls.change(device_id, body.change(), actor))
        except RegistryRefused as refusal:
            raise refused(refusal) from None

    @api.get("/{device_id}/history")
    def history(
        device_id: str,
        before: Annotated[int | None, Query(ge=1)] = None,
        limit: Annotated[int, Query(ge=1, le=MAX_LINES)] = 50,
    ) -> HistoryView:
        """What has happened to the device, wherever it was."""
        if calls.store.device(device_id) is None:
            raise refused(RegistryRefused(RegistryRefusal.UNKNOWN_DEVICE, [device_id]))
        return history_view(calls.store.history(Subject.DEVICE, device_id, before, limit), limit)

    @api.post("/{device_id}/swap")
    def swap(device_id: str, body: SwapBody, actor: CurrentActor, response: Response, key: Key = None) -> SwapView:
        """Another device takes its place: home, room and resident. Open alerts stay with the home."""
        response.headers["Cache-Control"] = "no-store"
        try:
            credential = _new_one(calls, device_id, body, actor, key)
            new_id = credential.device_id if credential else body.new_device_id or ""
            swapped = calls.swap(device_id, new_id, actor, reason=body.reason, old_state=_left(body))
        except RegistryRefused as refusal:
            raise refused(refusal) from None
        return SwapView(old=registry_row(swapped.old), new=registry_row(swapped.new), credential=credential)

    return api


def _left(body: SwapBody) -> Literal[DeviceState.STOCK, DeviceState.RETIRED]:
    return DeviceState.RETIRED if body.old_state == "retired" else DeviceState.STOCK


def _new_one(
    calls: DeviceChangeCalls, device_id: str, body: SwapBody, actor: Actor, key: str | None
) -> Credential | None:
    """On the shelf first: dies before the swap, the same key again makes no second one."""
    if body.new is None:
        return None
    old = calls.store.device(device_id)
    if old is None:
        raise RegistryRefused(RegistryRefusal.UNKNOWN_DEVICE, [device_id])
    item = NewDevice(old.kind, stock=True, synthetic=old.synthetic, **body.new.model_dump())
    try:
        (made,) = calls.enrol([item], actor, f"swap/{key}" if key else None)
    except EnrolRefused as why:
        raise enrol_refused(why) from None
    return Credential(device_id=made.device_id, secret=made.secret, home_id=None)


def history_view(found: Sequence[HistoryLine], limit: int) -> HistoryView:
    """Entries as they are shown."""
    items = [
        ChangeView(
            id=line.id,
            at=line.change.at,
            subject=line.change.subject,
            subject_id=line.change.subject_id,
            home_id=line.change.home_id,
            kind=line.change.kind,
            actor_kind=line.change.who.kind,
            actor_id=line.change.who.id,
            actor_name=line.change.who.name,
            reason=line.change.reason,
            before=dict(line.change.before),
            after=dict(line.change.after),
        )
        for line in found
    ]
    return HistoryView(items=items, next=found[-1].id if len(found) == limit else None)
