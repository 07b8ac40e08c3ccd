"""One device takes the place of another: the home keeps its history and its open alerts, both devices theirs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal

from backend.domain.registry.history import ChangeKind
from backend.domain.registry.lifecycle import AT_HOME, DeviceState
from backend.services.identity.actor import Actor
from backend.services.registry.change_device import keep, stepped, tell_broker
from backend.services.registry.ports import BrokerAccounts, Clock, DeviceStore, DeviceTransaction, ListedDevice
from backend.services.registry.refusals import RegistryRefusal, RegistryRefused
from backend.services.registry.who import who_of

PLACES: Final = frozenset({*AT_HOME, DeviceState.REVOKED})
"""Where a device may be taken from; one that was revoked is replaced, too."""


@dataclass(frozen=True, slots=True)
class Swapped:
    """Both devices afterwards."""

    old: ListedDevice
    new: ListedDevice


@dataclass(frozen=True, slots=True)
class Swap:
    """The use case. A press of the old one still alarms afterwards, at the district desk, as long as it may connect."""

    store: DeviceStore
    broker: BrokerAccounts
    clock: Clock

    def __call__(
        self,
        old_id: str,
        new_id: str,
        actor: Actor,
        *,
        reason: str,
        old_state: Literal[DeviceState.STOCK, DeviceState.RETIRED] = DeviceState.STOCK,
    ) -> Swapped:
        """The old one goes to `old_state`; raises `RegistryRefused`. Asked again, it is as it was."""
        if old_id == new_id:
            raise RegistryRefused(RegistryRefusal.SAME_DEVICE, [old_id])
        now = self.clock.now()
        with self.store.begin() as tx:
            # Always in the same order, so that two swaps do not wait for each other.
            found = {device_id: tx.device(device_id) for device_id in sorted((old_id, new_id))}
            old, new = found[old_id], found[new_id]
            if old is None or new is None:
                raise RegistryRefused(
                    RegistryRefusal.UNKNOWN_DEVICE, [one for one, device in found.items() if device is None]
                )
            if tx.replaced_by(old_id) == new_id and old.home_id is None and new.home_id is not None:
                return Swapped(old, new)
            swapped = self._swap(tx, old, new, actor, reason, old_state, now)
            tx.commit()
        tell_broker(self.broker, old, swapped.old)
        return swapped

    def _swap(
        self,
        tx: DeviceTransaction,
        old: ListedDevice,
        new: ListedDevice,
        actor: Actor,
        reason: str,
        old_state: DeviceState,
        now: datetime,
    ) -> Swapped:
        if old.home_id is None or old.state not in PLACES:
            raise RegistryRefused(RegistryRefusal.NOT_AT_HOME, [old.id])
        if new.state is not DeviceState.STOCK:
            raise RegistryRefused(RegistryRefusal.NOT_IN_STOCK, [new.id])
        if new.kind != old.kind:
            raise RegistryRefused(RegistryRefusal.OTHER_KIND, [old.id, new.id])
        who = who_of(actor)
        # A credential that was revoked is not let in again because the device is on the shelf.
        left = DeviceState.RETIRED if old.state is DeviceState.REVOKED else old_state
        gone = stepped(old, left, reason, now)
        place = replace(
            new,
            home_id=old.home_id,
            home_label=old.home_label,
            room=old.room,
            resident_id=old.resident_id,
            supervision_minutes=new.supervision_minutes or old.supervision_minutes,
        )
        come = stepped(place, DeviceState.ENROLLED, reason, now)
        keep(tx, old, gone, who, now, kind=ChangeKind.SWAPPED_OUT, reason=reason, also={"replaced_by": new.id})
        keep(tx, new, come, who, now, kind=ChangeKind.SWAPPED_IN, reason=reason, also={"replaces": old.id})
        return Swapped(gone, come)
