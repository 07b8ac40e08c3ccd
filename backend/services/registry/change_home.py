"""A home is added or changed: a former address is kept with the days on which it was right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from backend.domain.registry.history import Change, ChangeKind, Subject, differing
from backend.domain.registry.household import HomeRecord, moved_to
from backend.services.identity.actor import Actor
from backend.services.registry.home_ports import HomeStore
from backend.services.registry.once import done_before
from backend.services.registry.ports import Clock
from backend.services.registry.refusals import RegistryRefusal, RegistryRefused
from backend.services.registry.who import derived_id, who_of


@dataclass(frozen=True, slots=True)
class AddHome:
    """The use case. A home belongs to the organisation of whoever adds it until somebody places it."""

    store: HomeStore
    clock: Clock
    zone: ZoneInfo

    def __call__(self, fields: Mapping[str, Any], actor: Actor, key: str | None) -> str:
        """`fields` of `HomeRecord`; the id of the home."""
        now = self.clock.now()
        home = HomeRecord(
            **{
                "id": derived_id(actor, key, "home"),
                "organisation_id": actor.organisation_id,
                "address_since": now.astimezone(self.zone).date(),
                **fields,
            }
        )
        with self.store.begin() as tx:
            if not done_before(tx, actor, key, ("home", sorted(fields.items())), now):
                tx.add_home(home)
                after = differing({}, {name: value for name, value in asdict(home).items() if value is not None})[1]
                tx.tell([Change(Subject.HOME, home.id, ChangeKind.CREATED, now, who_of(actor), home.id, after=after)])
                tx.commit()
        return home.id


@dataclass(frozen=True, slots=True)
class ChangeHome:
    """The use case."""

    store: HomeStore
    clock: Clock
    zone: ZoneInfo

    def __call__(self, home_id: str, fields: Mapping[str, Any], actor: Actor) -> None:
        """Nothing that differs: nothing happens. Raises `RegistryRefused`."""
        now = self.clock.now()
        with self.store.begin() as tx:
            before = tx.home(home_id)
            if before is None:
                raise RegistryRefused(RegistryRefusal.UNKNOWN_HOME, [home_id])
            after = replace(before, **fields)
            former = moved_to(before, after.address, after.landmark, now.astimezone(self.zone).date())
            if former is not None:
                tx.add_address(home_id, former)
                after = _at_new_address(after, fields, former.valid_until)
            old, new = differing(asdict(before), asdict(after))
            if not new:
                return
            tx.save_home(after)
            tx.tell([Change(Subject.HOME, home_id, ChangeKind.CHANGED, now, who_of(actor), home_id, "", old, new)])
            tx.commit()


def _at_new_address(home: HomeRecord, fields: Mapping[str, Any], today: date) -> HomeRecord:
    """A new address is not confirmed because the old one was, and no longer where the old one was on the map."""
    fresh: dict[str, Any] = {"address_since": today, "confirmed_on": None}
    if "address" in fields:
        fresh |= {"latitude": None, "longitude": None}
    return replace(home, **{**fresh, **{name: value for name, value in fields.items() if name in fresh}})
