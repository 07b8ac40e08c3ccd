"""Which rosters there are and what they say: layers, holidays, overrides, swaps."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

import structlog

from backend.domain.escalation.targets import DutyRole
from backend.domain.roster.model import Holiday, Override, Roster, Rotation
from backend.domain.roster.swap import Given, plan_swap
from backend.services.identity.actor import Actor
from backend.services.roster.keep_people import id_for
from backend.services.roster.people_ports import Clock, Ids
from backend.services.roster.ports import KeptOverride, KeptRoster, RosterStore, RosterTransaction
from backend.services.roster.refusals import Refusal, Refused

log = structlog.get_logger()

LONGEST_OVERRIDE: Final = timedelta(days=92)
"""Whatever lasts longer than a quarter is a rotation."""
Changed = Callable[[str], object]
"""Told the id of a roster that has changed, once that is committed."""


class KeepRosters:
    """Adds, changes and deletes rosters; rotations keep their id as long as they keep their name."""

    def __init__(self, store: RosterStore, clock: Clock, ids: Ids, changed: Changed) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids
        self._changed = changed

    def add(self, kept: KeptRoster, actor: Actor, key: str | None) -> KeptRoster:
        """The roster with its ids, version 1; raises `Refusal`. The same key: the one that was added then.

        A holiday's `rotation_id` holds the rotation's name until now.
        """
        kept = _with_ids(kept, id_for(self._ids, actor, key), {}, self._ids)
        with self._store.begin() as tx:
            before = tx.locked(kept.roster.id, self._clock.now())
            if before is not None:
                return before
            _check(tx, kept.roster)
            kept = replace(kept, version=1)
            tx.save(kept)
            tx.commit()
        return self._said(kept, "roster_added", actor)

    def change(self, roster_id: str, version: int, kept: KeptRoster, actor: Actor) -> KeptRoster:
        """Everything but its overrides as it is given; `version`: the one that was read. Raises `Refusal`."""
        with self._store.begin() as tx:
            before = tx.locked(roster_id, self._clock.now())
            if before is None:
                raise Refusal(Refused.UNKNOWN_ROSTER, roster_id)
            if before.version != version:
                raise Refusal(Refused.CHANGED_MEANWHILE, roster_id)
            if before.roster.organisation_id != kept.roster.organisation_id or before.roster.role != kept.roster.role:
                raise Refusal(Refused.ORGANISATION_STAYS, roster_id)
            known = {rotation.name: rotation.id for rotation in before.roster.rotations}
            kept = _with_ids(replace(kept, version=version + 1), roster_id, known, self._ids)
            kept = replace(kept, roster=replace(kept.roster, overrides=before.roster.overrides))
            _check(tx, kept.roster)
            tx.save(kept)
            tx.commit()
        return self._said(kept, "roster_changed", actor)

    def delete(self, roster_id: str, actor: Actor) -> None:
        """With its overrides and calendars; raises `Refusal`."""
        with self._store.begin() as tx:
            if tx.locked(roster_id, self._clock.now()) is None:
                raise Refusal(Refused.UNKNOWN_ROSTER, roster_id)
            tx.delete(roster_id)
            tx.commit()
        log.info("roster_deleted", roster=roster_id, actor=actor.id)

    def _said(self, kept: KeptRoster, what: str, actor: Actor) -> KeptRoster:
        log.info(what, roster=kept.roster.id, version=kept.version, actor=actor.id)
        self._changed(kept.roster.id)
        return kept


class ChangeDuty:
    """Overrides and swaps: who comes instead, between two instants."""

    def __init__(self, store: RosterStore, clock: Clock, ids: Ids, changed: Changed) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids
        self._changed = changed

    def override(
        self, roster_id: str, override: Override, reason: str | None, actor: Actor, key: str | None
    ) -> KeptOverride:
        """The override with its id; raises `Refusal`. The same key: the one that was made then."""
        override = replace(override, id=id_for(self._ids, actor, key))
        if override.start >= override.end:
            raise Refusal(Refused.EMPTY_SPAN)
        if override.end - override.start > LONGEST_OVERRIDE:
            raise Refusal(Refused.TOO_LONG)
        before = self._made_before(roster_id, [override.id])
        return before[0] if before else self._add(roster_id, lambda _: [override], reason, actor)[0]

    def swap(
        self, roster_id: str, first: Given, second: Given, reason: str | None, actor: Actor, key: str | None
    ) -> Sequence[KeptOverride]:
        """Both halves, or none: raises `Refusal`, or `SwapRefused` where the cover would change."""
        if max(first.end - first.start, second.end - second.start) > LONGEST_OVERRIDE:
            raise Refusal(Refused.TOO_LONG)
        swap_id = id_for(self._ids, actor, key)
        ids = (swap_id, f"{swap_id}.1", f"{swap_id}.2")
        before = self._made_before(roster_id, ids[1:])
        if before:
            return before
        return self._add(roster_id, lambda roster: plan_swap(roster, first, second, ids), reason, actor)

    def undo(self, roster_id: str, override_id: str, actor: Actor) -> None:
        """Takes an override back, and of a swap both halves; raises `Refusal`."""
        with self._store.begin() as tx:
            if tx.locked(roster_id, self._clock.now()) is None:
                raise Refusal(Refused.UNKNOWN_ROSTER, roster_id)
            if not tx.remove_override(roster_id, override_id):
                raise Refusal(Refused.UNKNOWN_OVERRIDE, override_id)
            tx.commit()
        log.info("override_undone", roster=roster_id, override=override_id, actor=actor.id)
        self._changed(roster_id)

    def _add(
        self, roster_id: str, plan: Callable[[Roster], Sequence[Override]], reason: str | None, actor: Actor
    ) -> Sequence[KeptOverride]:
        now = self._clock.now()
        with self._store.begin() as tx:
            kept = tx.locked(roster_id, now)
            if kept is None:
                raise Refusal(Refused.UNKNOWN_ROSTER, roster_id)
            planned = plan(kept.roster)
            _must_serve(tx, {each.person for each in planned if each.person is not None}, kept.roster.role)
            _must_exist(tx, {each.replaced for each in planned if each.replaced is not None})
            made = [KeptOverride(each, reason, f"{actor.kind}:{actor.id}", now) for each in planned]
            tx.add_overrides(roster_id, made)
            tx.commit()
        log.info("duty_changed", roster=roster_id, overrides=[each.id for each in planned], actor=actor.id)
        self._changed(roster_id)
        return made

    def _made_before(self, roster_id: str, ids: Collection[str]) -> Sequence[KeptOverride]:
        return [each for each in self._store.overrides(roster_id, self._clock.now()) if each.override.id in ids]


def _with_ids(kept: KeptRoster, roster_id: str, known: dict[str, str], ids: Ids) -> KeptRoster:
    rotations = tuple(_identified(rotation, known, ids) for rotation in kept.roster.rotations)
    names = {rotation.name: rotation.id for rotation in rotations}
    if len(names) < len(rotations):
        raise Refusal(Refused.NAMED_TWICE, *sorted(rotation.name for rotation in rotations))
    days = [holiday.day for holiday in kept.roster.holidays]
    if len(set(days)) < len(days):
        raise Refusal(Refused.NAMED_TWICE, *sorted(str(day) for day in days))
    holidays = tuple(_resolved(holiday, names) for holiday in kept.roster.holidays)
    return replace(kept, roster=replace(kept.roster, id=roster_id, rotations=rotations, holidays=holidays))


def _identified(rotation: Rotation, known: dict[str, str], ids: Ids) -> Rotation:
    return replace(rotation, id=known.get(rotation.name) or ids.new())


def _resolved(holiday: Holiday, names: dict[str, str]) -> Holiday:
    if holiday.rotation_id is None:
        return holiday
    if holiday.rotation_id not in names:
        raise Refusal(Refused.UNKNOWN_ROTATION, holiday.rotation_id)
    return replace(holiday, rotation_id=names[holiday.rotation_id])


def _check(tx: RosterTransaction, roster: Roster) -> None:
    if not tx.organisation_exists(roster.organisation_id):
        raise Refusal(Refused.UNKNOWN_ORGANISATION, roster.organisation_id)
    _must_serve(tx, replace(roster, overrides=()).people, roster.role)


def _must_exist(tx: RosterTransaction, people: Collection[str]) -> None:
    unknown = set(people) - tx.roles(people).keys()
    if unknown:
        raise Refusal(Refused.UNKNOWN_PERSON, *sorted(unknown))


def _must_serve(tx: RosterTransaction, people: Collection[str], role: DutyRole) -> None:
    _must_exist(tx, people)
    others = [person for person, roles in tx.roles(people).items() if role not in roles]
    if others:
        raise Refusal(Refused.ROLE_MISSING, *sorted(others))
