"""Which people there are, and the ways to reach them: adding, changing, disabling; nothing is ever deleted."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Final

import structlog

from backend.domain.escalation.targets import Channel, DutyRole, RecipientKind
from backend.services.identity.actor import Actor
from backend.services.roster.address import normal_address
from backend.services.roster.people_ports import Clock, ContactPoint, Ids, PeopleStore, PeopleTransaction, Person
from backend.services.roster.refusals import Refusal, Refused

log = structlog.get_logger()

_KEYS: Final = uuid.uuid5(uuid.NAMESPACE_URL, "care/roster/keys")
Changed = Callable[[str], object]
"""Told the id of a person whose cover may have changed, once that is committed."""


def id_for(ids: Ids, actor: Actor, key: str | None) -> str:
    """A new id; with an Idempotency-Key the same one for the same actor and key, so that a repeat finds the first."""
    return str(uuid.uuid5(_KEYS, f"{actor.kind}:{actor.id}/{key}")) if key is not None else ids.new()


class KeepPeople:
    """Adds and changes people. Dies before the commit: nothing; after it: the daily look reports the gaps."""

    def __init__(self, store: PeopleStore, clock: Clock, ids: Ids, changed: Changed) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids
        self._changed = changed

    def add(self, person: Person, actor: Actor, key: str | None) -> Person:
        """The person with an id; raises `Refusal`. The same key: the one that was added then."""
        person = replace(person, id=person.id or id_for(self._ids, actor, key))
        with self._store.begin() as tx:
            before = tx.person(person.id)
            if before is not None and key is None:
                raise Refusal(Refused.ALREADY_THERE, person.id)
            if before is not None:
                return before
            _check(tx, person)
            tx.save_person(person)
            tx.commit()
        log.info("person_added", person=person.id, actor=actor.id)
        return person

    def change(self, person: Person, actor: Actor) -> Person:
        """Everything about a person as it is given; raises `Refusal`."""
        with self._store.begin() as tx:
            if tx.person(person.id) is None:
                raise Refusal(Refused.UNKNOWN_PERSON, person.id)
            _check(tx, person)
            tx.save_person(person)
            tx.commit()
        log.info("person_changed", person=person.id, actor=actor.id, active=person.active)
        self._changed(person.id)
        return person


class KeepContactPoints:
    """Adds, orders, disables and enables ways to reach somebody. What is new or enabled again has to be verified."""

    def __init__(self, store: PeopleStore, clock: Clock, ids: Ids, changed: Changed) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids
        self._changed = changed

    def add(
        self, kind: RecipientKind, owner_id: str, channel: Channel, address: str, actor: Actor, key: str | None
    ) -> ContactPoint:
        """Unverified, tried after those that are there; raises `Refusal`."""
        address = normal_address(channel, address)
        point_id = id_for(self._ids, actor, key)
        with self._store.begin() as tx:
            before = tx.point(point_id)
            if before is not None:
                return before
            if not tx.owner_exists(kind, owner_id):
                raise Refusal(Refused.UNKNOWN_OWNER, owner_id)
            others = tx.points(kind, owner_id)
            if any((each.channel, each.address) == (channel, address) for each in others):
                raise Refusal(Refused.ALREADY_THERE, str(channel))
            position = max((each.position for each in others), default=-1) + 1
            point = ContactPoint(point_id, kind, owner_id, channel, address, self._clock.now(), position)
            tx.save_point(point)
            tx.commit()
        log.info("contact_point_added", contact_point=point.id, channel=str(channel), actor=actor.id)
        return point

    def change(
        self, point_id: str, actor: Actor, *, position: int, quiet_from: str | None, quiet_until: str | None
    ) -> ContactPoint:
        """Its place in the order and its quiet hours; raises `Refusal`. Another address is another contact point."""
        return self._save(
            point_id,
            actor,
            lambda point: replace(point, position=position, quiet_from=quiet_from, quiet_until=quiet_until),
        )

    def disable(self, point_id: str, reason: str, actor: Actor) -> ContactPoint:
        """It is not tried any more and does not count as cover; raises `Refusal`."""
        now = self._clock.now()
        return self._save(
            point_id,
            actor,
            lambda point: point if point.disabled_at else replace(point, disabled_at=now, disabled_reason=reason),
        )

    def enable(self, point_id: str, actor: Actor) -> ContactPoint:
        """It may be tried again once it is verified again; raises `Refusal`."""
        return self._save(
            point_id,
            actor,
            lambda point: (
                replace(point, disabled_at=None, disabled_reason=None, verified_at=None) if point.disabled_at else point
            ),
        )

    def _save(self, point_id: str, actor: Actor, change: Callable[[ContactPoint], ContactPoint]) -> ContactPoint:
        with self._store.begin() as tx:
            point = tx.point(point_id)
            if point is None:
                raise Refusal(Refused.UNKNOWN_CONTACT_POINT, point_id)
            point = change(point)
            tx.save_point(point)
            tx.commit()
        log.info(
            "contact_point_changed", contact_point=point.id, actor=actor.id, disabled=point.disabled_at is not None
        )
        if point.owner_kind is RecipientKind.PERSON:
            self._changed(point.owner_id)
        return point


def _check(tx: PeopleTransaction, person: Person) -> None:
    if not tx.organisation_exists(person.organisation_id):
        raise Refusal(Refused.UNKNOWN_ORGANISATION, person.organisation_id)
    if person.staff_id is not None and not tx.account_exists(person.staff_id):
        raise Refusal(Refused.UNKNOWN_ACCOUNT, person.staff_id)
    if DutyRole.RESPONDER in person.roles and person.responder_kind is None:
        raise Refusal(Refused.RESPONDER_KIND_MISSING, person.id)
