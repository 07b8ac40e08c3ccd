"""A resident is added or changed; whoever is away with an end is expected back, and asked after when it is past."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from backend.domain.registry.history import Change, ChangeKind, Subject, differing
from backend.domain.registry.household import Misplaced, ResidentRecord, Status, with_status
from backend.services.identity.actor import Actor
from backend.services.registry.home_ports import HomeStore
from backend.services.registry.once import done_before
from backend.services.registry.ports import Clock
from backend.services.registry.refusals import RegistryRefusal, RegistryRefused
from backend.services.registry.who import derived_id, who_of


@dataclass(frozen=True, slots=True)
class AddResident:
    """The use case."""

    store: HomeStore
    clock: Clock

    def __call__(self, home_id: str, fields: Mapping[str, Any], actor: Actor, key: str | None) -> str:
        """`fields` of `ResidentRecord`; the id of the resident. Raises `RegistryRefused`."""
        now = self.clock.now()
        person = _changed(ResidentRecord(derived_id(actor, key, "resident"), home_id, ""), fields, now)
        with self.store.begin() as tx:
            if tx.home(home_id) is None:
                raise RegistryRefused(RegistryRefusal.UNKNOWN_HOME, [home_id])
            if done_before(tx, actor, key, ("resident", home_id, sorted(fields.items())), now):
                return person.id
            tx.add_resident(person)
            after = differing({}, {name: value for name, value in asdict(person).items() if value is not None})[1]
            tx.tell([Change(Subject.RESIDENT, person.id, ChangeKind.CREATED, now, who_of(actor), home_id, after=after)])
            tx.commit()
        return person.id


@dataclass(frozen=True, slots=True)
class ChangeResident:
    """The use case. A status pauses routine, never an alarm; nothing of a device changes with it."""

    store: HomeStore
    clock: Clock

    def __call__(self, resident_id: str, fields: Mapping[str, Any], actor: Actor) -> None:
        """Nothing that differs: nothing happens. Raises `RegistryRefused`."""
        now = self.clock.now()
        with self.store.begin() as tx:
            home_id = tx.home_of_resident(resident_id)
            # The home's lock first, then the person is read.
            before = tx.resident(resident_id) if home_id is not None and tx.home(home_id) is not None else None
            if before is None:
                raise RegistryRefused(RegistryRefusal.UNKNOWN_RESIDENT, [resident_id])
            after = _changed(before, fields, now)
            old, new = differing(asdict(before), asdict(after))
            if not new:
                return
            tx.save_resident(after)
            who = who_of(actor)
            tx.tell([Change(Subject.RESIDENT, resident_id, ChangeKind.CHANGED, now, who, before.home_id, "", old, new)])
            tx.commit()


def _changed(person: ResidentRecord, fields: Mapping[str, Any], now: datetime) -> ResidentRecord:
    plain = {name: value for name, value in fields.items() if name not in ("status", "away_until")}
    after = replace(person, **plain)
    if "status" not in fields and "away_until" not in fields:
        return after
    status = Status(fields.get("status") or person.status)
    kept = person.away_until if status is Status.AWAY and person.status is Status.AWAY else None
    placed = with_status(after, status, fields.get("away_until", kept), now)
    if isinstance(placed, Misplaced):
        raise RegistryRefused(RegistryRefusal.AWAY_UNTIL_MISPLACED, [person.id])
    return placed
