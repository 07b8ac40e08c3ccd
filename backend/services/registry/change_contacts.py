"""Whom a home may call is changed: added, altered, removed, put in order. Escalation reads them at each step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from backend.domain.registry.history import Change, ChangeKind, Subject, Who, differing
from backend.domain.registry.household import ContactRecord, in_order
from backend.services.identity.actor import Actor
from backend.services.registry.home_ports import HomeStore, HomeTransaction
from backend.services.registry.once import done_before
from backend.services.registry.ports import Clock
from backend.services.registry.refusals import RegistryRefusal, RegistryRefused
from backend.services.registry.who import derived_id, who_of


@dataclass(frozen=True, slots=True)
class AddContact:
    """The use case. `position` in `fields`: before whoever has it now; without one, the last."""

    store: HomeStore
    clock: Clock

    def __call__(self, home_id: str, fields: Mapping[str, Any], actor: Actor, key: str | None) -> str:
        """`fields` of `ContactRecord`; the id of the contact. Raises `RegistryRefused`."""
        now = self.clock.now()
        with self.store.begin() as tx:
            before = _of(tx, home_id)
            position = fields.get("position") or len(before) + 1
            new = ContactRecord(derived_id(actor, key, "contact"), home_id, **{**fields, "position": position})
            if done_before(tx, actor, key, ("contact", home_id, sorted(fields.items(), key=str)), now):
                return new.id
            _put(tx, home_id, before, _inserted(before, new, position), who_of(actor), now)
            tx.commit()
        return new.id


@dataclass(frozen=True, slots=True)
class ChangeContact:
    """The use case. Another number is not proved, and nothing goes to the old one any more."""

    store: HomeStore
    clock: Clock

    def __call__(self, home_id: str, contact_id: str, fields: Mapping[str, Any], actor: Actor) -> None:
        """Nothing that differs: nothing happens. Raises `RegistryRefused`."""
        now = self.clock.now()
        with self.store.begin() as tx:
            before = _of(tx, home_id)
            old = _one(before, contact_id)
            new = replace(old, **fields)
            if new.phone != old.phone:
                new = replace(new, proved_on=fields.get("proved_on"))
                tx.shut_points(contact_id, "phone_changed", now, phone=old.phone)
            others = [contact for contact in before if contact.id != contact_id]
            _put(tx, home_id, before, _inserted(others, new, new.position), who_of(actor), now)
            tx.commit()


@dataclass(frozen=True, slots=True)
class RemoveContact:
    """The use case. Nothing goes to them any more."""

    store: HomeStore
    clock: Clock

    def __call__(self, home_id: str, contact_id: str, actor: Actor) -> None:
        """Raises `RegistryRefused`."""
        now = self.clock.now()
        with self.store.begin() as tx:
            before = _of(tx, home_id)
            _one(before, contact_id)
            tx.shut_points(contact_id, "contact_removed", now)
            left = [contact for contact in before if contact.id != contact_id]
            _put(tx, home_id, before, in_order(left), who_of(actor), now)
            tx.commit()


@dataclass(frozen=True, slots=True)
class OrderContacts:
    """The use case: who is called first."""

    store: HomeStore
    clock: Clock

    def __call__(self, home_id: str, order: Sequence[str], actor: Actor) -> None:
        """`order`: every contact of the home, once each. Raises `RegistryRefused`."""
        now = self.clock.now()
        with self.store.begin() as tx:
            before = _of(tx, home_id)
            known = {contact.id: contact for contact in before}
            if sorted(order) != sorted(known):
                raise RegistryRefused(RegistryRefusal.ORDER_INCOMPLETE, sorted(set(known) - set(order)))
            _put(tx, home_id, before, in_order([known[contact_id] for contact_id in order]), who_of(actor), now)
            tx.commit()


def _of(tx: HomeTransaction, home_id: str) -> Sequence[ContactRecord]:
    if tx.home(home_id) is None:
        raise RegistryRefused(RegistryRefusal.UNKNOWN_HOME, [home_id])
    return tx.contacts(home_id)


def _one(contacts: Sequence[ContactRecord], contact_id: str) -> ContactRecord:
    found = next((contact for contact in contacts if contact.id == contact_id), None)
    if found is None:
        raise RegistryRefused(RegistryRefusal.UNKNOWN_CONTACT, [contact_id])
    return found


def _inserted(others: Sequence[ContactRecord], new: ContactRecord, position: int) -> list[ContactRecord]:
    place = position - 1
    return in_order([*others[:place], new, *others[place:]])


def _put(
    tx: HomeTransaction,
    home_id: str,
    before: Sequence[ContactRecord],
    after: Sequence[ContactRecord],
    who: Who,
    now: datetime,
) -> None:
    if list(before) == list(after):
        return
    tx.put_contacts(home_id, after)
    old, new = {one.id: one for one in before}, {one.id: one for one in after}
    tx.tell([_told(one, old.get(one), new.get(one), home_id, who, now) for one in _differing(old, new)])


def _differing(old: Mapping[str, ContactRecord], new: Mapping[str, ContactRecord]) -> list[str]:
    return [contact_id for contact_id in {**old, **new} if old.get(contact_id) != new.get(contact_id)]


def _told(
    contact_id: str, old: ContactRecord | None, new: ContactRecord | None, home_id: str, who: Who, now: datetime
) -> Change:
    kind = ChangeKind.CREATED if old is None else ChangeKind.REMOVED if new is None else ChangeKind.CHANGED
    was, is_ = (asdict(one) if one is not None else {} for one in (old, new))
    before, after = differing(was, is_ if new is not None else dict.fromkeys(was))
    return Change(Subject.CONTACT, contact_id, kind, now, who, home_id, "", before, after)
