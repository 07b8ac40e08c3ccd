"""A device's data and state are changed: one transaction with its history, and the broker told after it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from backend.domain.registry.history import Change, ChangeKind, Subject, Who, differing
from backend.domain.registry.lifecycle import HOMELESS, DeviceState, judge_step, may_connect
from backend.domain.work_order.model import Origin
from backend.domain.work_order.rules import WELFARE_CALL
from backend.services.identity.actor import Actor
from backend.services.registry.ports import BrokerAccounts, Clock, DeviceStore, DeviceTransaction, ListedDevice
from backend.services.registry.refusals import RegistryRefusal, RegistryRefused, unmovable
from backend.services.registry.who import who_of
from backend.services.work_order.ports import NewWorkOrder

WRITTEN: Final = (
    "state",
    "state_reason",
    "home_id",
    "room",
    "model",
    "device_class",
    "codec",
    "firmware",
    "sim_number",
    "sim_expires_on",
    "sim_balance_fen",
    "battery_changed_on",
    "warranty_until",
    "supervision_minutes",
    "resident_id",
)
"""What the history tells of a device."""


@dataclass(frozen=True, slots=True)
class DeviceChange:
    """`fields`: of `ListedDevice`, only those that are to change; `home_id` only together with `state` enrolled."""

    fields: Mapping[str, Any]
    state: DeviceState | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class ChangeDevice:
    """The use case. Dies after the commit: the broker is told at the next start."""

    store: DeviceStore
    broker: BrokerAccounts
    clock: Clock

    def __call__(self, device_id: str, change: DeviceChange, actor: Actor) -> ListedDevice:
        """The device afterwards; raises `RegistryRefused`. Nothing that differs: nothing happens."""
        now = self.clock.now()
        with self.store.begin() as tx:
            before = tx.device(device_id)
            if before is None:
                raise RegistryRefused(RegistryRefusal.UNKNOWN_DEVICE, [device_id])
            after = _moved(tx, replace(before, **change.fields), before, change, now)
            _judge_people(tx, after)
            keep(tx, before, after, who_of(actor), now, reason=change.reason or "")
            tx.commit()
        tell_broker(self.broker, before, after)
        return after


def _moved(
    tx: DeviceTransaction, wanted: ListedDevice, before: ListedDevice, change: DeviceChange, now: datetime
) -> ListedDevice:
    target = change.state or before.state
    if wanted.home_id != before.home_id and (target is not DeviceState.ENROLLED or target is before.state):
        raise RegistryRefused(RegistryRefusal.HOME_WITH_ENROLMENT_ONLY, [before.id])
    if wanted.home_id is not None and wanted.home_id != before.home_id and not tx.knows_home(wanted.home_id):
        raise RegistryRefused(RegistryRefusal.UNKNOWN_HOME, [wanted.home_id])
    if target is before.state:
        return wanted
    why = judge_step(
        before.state,
        target,
        home=wanted.home_id is not None,
        reason=change.reason,
        commissioned=_commissioned(tx, before),
    )
    if why is not None:
        raise unmovable(why, before.id)
    return stepped(wanted, target, change.reason, now)


def _commissioned(tx: DeviceTransaction, device: ListedDevice) -> bool:
    """A new device needs a sign-off of its own; one that was only suspended had one."""
    if device.home_id is None:
        return False
    since = device.state_since if device.state is DeviceState.ENROLLED else None
    return tx.signed_off(device.home_id, since)


def stepped(device: ListedDevice, state: DeviceState, reason: str | None, now: datetime) -> ListedDevice:
    """The device in its new state: on the shelf it belongs to nobody, and no test of it goes on."""
    after = replace(device, state=state, state_since=now, state_reason=reason)
    if state not in HOMELESS:
        return after
    return replace(after, home_id=None, home_label=None, room=None, resident_id=None, test_until=None)


def _judge_people(tx: DeviceTransaction, device: ListedDevice) -> None:
    if device.resident_id is None:
        return
    if device.home_id is None or not tx.lives_in(device.resident_id, device.home_id):
        raise RegistryRefused(RegistryRefusal.UNKNOWN_RESIDENT, [device.resident_id])


def keep(
    tx: DeviceTransaction,
    before: ListedDevice,
    after: ListedDevice,
    who: Who,
    now: datetime,
    *,
    kind: ChangeKind | None = None,
    reason: str = "",
    also: Mapping[str, Any] | None = None,
) -> None:
    """Save a device with its history; a revoked one's home is called. `also`: what the history tells besides."""
    old, new = differing(written(before), written(after))
    if not new:
        return
    moved = before.state is not after.state
    kind = kind or (ChangeKind.STATE if moved else ChangeKind.CHANGED)
    home_id = before.home_id or after.home_id
    tx.save(after)
    tx.tell([Change(Subject.DEVICE, after.id, kind, now, who, home_id, reason, old, {**new, **(also or {})})])
    if moved and after.state is DeviceState.INSTALLED:
        tx.retire_lobby(after.id, now)
    if not moved or may_connect(after.state):
        return
    tx.void_secret(after.id)
    if after.state is DeviceState.REVOKED and home_id is not None:
        tx.orders.create(_call_the_home(after, home_id, now), now)


def written(device: ListedDevice) -> dict[str, Any]:
    """What the history tells of a device."""
    return {name: getattr(device, name) for name in WRITTEN}


def _call_the_home(device: ListedDevice, home_id: str, now: datetime) -> NewWorkOrder:
    return NewWorkOrder(
        key=f"revoked/{device.id}/{now.isoformat(timespec='seconds')}",
        kind=WELFARE_CALL,
        origin=Origin.DEVICE,
        text=(
            f"设备 {device.id} 的账号已吊销，这户暂时不能用它呼叫：请打电话告知，并安排更换。"
            f" / The credential of {device.id} was revoked, so the home cannot call: ring them, arrange a swap."
        ),
        home_id=home_id,
        device_id=device.id,
        source="registry",
    )


def tell_broker(broker: BrokerAccounts, before: ListedDevice, after: ListedDevice) -> None:
    """What a device may do at the broker goes by its state (`services/broker_access/accounts.py`)."""
    if before.state is not after.state:
        broker.publish()
