"""How far a home's commissioning has got, and a technician who signs it off."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

from backend.domain.registry.commissioning import ContactFacts, DeviceFacts, Line, checklist, complete
from backend.domain.registry.history import Change, ChangeKind, Subject
from backend.services.identity.actor import Actor
from backend.services.registry.once import done_before
from backend.services.registry.ports import Clock, Told
from backend.services.registry.refusals import RegistryRefusal, RegistryRefused
from backend.services.registry.who import who_of
from backend.services.telemetry.ports import DeviceStatus, TelemetryAway


@dataclass(frozen=True, slots=True)
class SignOff:
    """Who signed, when, and why although something was open."""

    at: datetime
    staff_id: str
    staff_name: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class HomeFacts:
    """What the registry and the alarms know of a home; nothing of telemetry yet."""

    devices: tuple[DeviceFacts, ...]
    contacts: tuple[ContactFacts, ...]
    signed: SignOff | None


@dataclass(frozen=True, slots=True)
class Commissioning:
    """The checklist as it is now. `telemetry_away`: signal and battery could not be read."""

    home_id: str
    lines: tuple[Line, ...]
    signed: SignOff | None
    telemetry_away: bool

    @property
    def complete(self) -> bool:
        """Whether nothing is open."""
        return complete(self.lines)


class FactReader(Protocol):
    """Reads, never writes."""

    def facts(self, home_id: str) -> HomeFacts | None: ...


class SignTransaction(Told, Protocol):
    """One transaction of a sign-off."""

    def add_sign_off(self, home_id: str, signed: SignOff, facts: Sequence[Mapping[str, Any]]) -> None: ...


class SignStore(Protocol):
    """Opens transactions of sign-offs."""

    def begin(self) -> AbstractContextManager[SignTransaction]: ...


@dataclass(frozen=True, slots=True)
class ReadCommissioning:
    """The use case. `statuses`: what devices last said of themselves; raises `TelemetryAway`."""

    reader: FactReader
    statuses: Callable[[Sequence[str]], Mapping[str, DeviceStatus]]

    def __call__(self, home_id: str) -> Commissioning:
        """Raises `RegistryRefused`. What cannot be read is unknown, not met."""
        facts = self.reader.facts(home_id)
        if facts is None:
            raise RegistryRefused(RegistryRefusal.UNKNOWN_HOME, [home_id])
        away = False
        known: Mapping[str, DeviceStatus] = {}
        try:
            known = self.statuses([device.device_id for device in facts.devices])
        except TelemetryAway:
            away = True
        devices = [_heard(device, known.get(device.device_id)) for device in facts.devices]
        return Commissioning(home_id, checklist(devices, facts.contacts), facts.signed, away)


@dataclass(frozen=True, slots=True)
class SignOffHome:
    """The use case. What is signed is the checklist of this moment; it is kept with the signature."""

    store: SignStore
    read: ReadCommissioning
    clock: Clock

    def __call__(self, home_id: str, reason: str | None, actor: Actor, key: str | None) -> Commissioning:
        """With something open only for a written reason. Raises `RegistryRefused`."""
        found = self.read(home_id)
        if not found.complete and not (reason or "").strip():
            raise RegistryRefused(RegistryRefusal.CHECKLIST_OPEN, [line.item for line in found.lines])
        now = self.clock.now()
        signed = SignOff(now, actor.id, actor.name, reason)
        with self.store.begin() as tx:
            if not done_before(tx, actor, key, ("sign-off", home_id, reason), now):
                tx.add_sign_off(home_id, signed, [_written(line) for line in found.lines])
                after = {"complete": found.complete}
                who = who_of(actor)
                tx.tell(
                    [Change(Subject.HOME, home_id, ChangeKind.SIGNED_OFF, now, who, home_id, reason or "", {}, after)]
                )
                tx.commit()
        return replace(found, signed=signed)


def _heard(device: DeviceFacts, status: DeviceStatus | None) -> DeviceFacts:
    if status is None:
        return device
    return replace(device, heard_at=status.heard_at, rssi=status.rssi, battery=status.battery)


def _written(line: Line) -> dict[str, Any]:
    return {
        "item": str(line.item),
        "met": str(line.met),
        "device_id": line.device_id,
        "value": line.value,
        "at": line.at.isoformat() if line.at else None,
    }
