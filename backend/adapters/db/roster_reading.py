"""Rosters as the domain knows them, read within the transaction of whoever asks."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import Connection, RowMapping, Select, select

from backend.adapters.db.access import organisation_seen
from backend.adapters.db.organisation import organisations
from backend.adapters.db.people_reading import people_by_id, verified_points
from backend.adapters.db.roster import holidays, overrides, participants, rosters, rotations
from backend.domain.access.sight import WHOLE, Sight
from backend.domain.escalation.targets import Channel, DutyRole, RecipientKind
from backend.domain.organisation.hours import Hours, HoursRefused, clock_minutes, read_hours
from backend.domain.roster.model import (
    Holiday,
    Override,
    OverrideKind,
    Roster,
    Rotation,
    RotationKind,
    RotationUse,
    Uncovered,
)
from backend.services.roster.ports import KeptOverride, KeptRoster, Needed

log = structlog.get_logger()


class RosterReader:
    """Rosters on a connection. `since`: overrides that ended before are left out; nobody asks about them any more."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def of_organisations(self, organisation_ids: Collection[str], role: DutyRole, since: datetime) -> list[Roster]:
        """Those of some organisations in a role."""
        ours = rosters.c.organisation_id.in_(organisation_ids) & (rosters.c.role == role.value)
        return [kept.roster for kept in self._read(_heads().where(ours), since)]

    def one(self, roster_id: str, since: datetime) -> KeptRoster | None:
        """One roster; None where there is none."""
        return next(iter(self._read(_heads().where(rosters.c.id == roster_id), since)), None)

    def every(self, since: datetime, organisation_id: str | None = None, sight: Sight = WHOLE) -> list[KeptRoster]:
        """All of them, or those of one organisation."""
        heads = _heads().where(organisation_seen(rosters.c.organisation_id, sight))
        if organisation_id is not None:
            heads = heads.where(rosters.c.organisation_id == organisation_id)
        return self._read(heads, since)

    def _read(self, query: Select[Any], since: datetime) -> list[KeptRoster]:
        heads = self._db.execute(query.order_by(rosters.c.organisation_id, rosters.c.role, rosters.c.id)).all()
        ids = [head.id for head in heads]
        if not ids:
            return []
        layers, days, changes = self._rotations(ids), self._holidays(ids), self._overrides(ids, since)
        return [
            KeptRoster(
                head.name,
                needed := Needed(head.needed),
                head.version,
                Roster(
                    id=head.id,
                    organisation_id=head.organisation_id,
                    role=DutyRole(head.role),
                    zone=ZoneInfo(head.time_zone),
                    rotations=tuple(layers.get(head.id, ())),
                    holidays=tuple(days.get(head.id, ())),
                    overrides=tuple(changes.get(head.id, ())),
                    needed=hours_or_always(head.id, head.hours) if needed is Needed.OPENING_HOURS else None,
                ),
            )
            for head in heads
        ]

    def _rotations(self, ids: Collection[str]) -> Mapping[str, Sequence[Rotation]]:
        taking = (
            select(participants.c.rotation_id, participants.c.person_id)
            .join(rotations, rotations.c.id == participants.c.rotation_id)
            .where(rotations.c.roster_id.in_(ids))
            .order_by(participants.c.rotation_id, participants.c.position)
        )
        people: dict[str, list[str]] = {}
        for turn in self._db.execute(taking):
            people.setdefault(turn.rotation_id, []).append(turn.person_id)
        query = select(rotations).where(rotations.c.roster_id.in_(ids))
        found: dict[str, list[Rotation]] = {}
        ordered = query.order_by(rotations.c.roster_id, rotations.c.position, rotations.c.id)
        for row in self._db.execute(ordered).mappings():
            found.setdefault(row["roster_id"], []).append(_rotation(row, people.get(row["id"], ())))
        return found

    def _holidays(self, ids: Collection[str]) -> Mapping[str, Sequence[Holiday]]:
        query = select(holidays).where(holidays.c.roster_id.in_(ids)).order_by(holidays.c.roster_id, holidays.c.day)
        found: dict[str, list[Holiday]] = {}
        for row in self._db.execute(query):
            day = Holiday(row.day, row.rotation_id, tuple(row.people), row.name)
            found.setdefault(row.roster_id, []).append(day)
        return found

    def _overrides(self, ids: Collection[str], since: datetime) -> Mapping[str, Sequence[Override]]:
        query = select(overrides).where(overrides.c.roster_id.in_(ids), overrides.c.end_at > since)
        found: dict[str, list[Override]] = {}
        for row in self._db.execute(query.order_by(overrides.c.roster_id, overrides.c.number)).mappings():
            found.setdefault(row["roster_id"], []).append(_override(row))
        return found


def kept_overrides(db: Connection, roster_id: str, since: datetime) -> list[KeptOverride]:
    """Those that have not ended before `since`, in the order in which they were made, with who made them and why."""
    query = select(overrides).where(overrides.c.roster_id == roster_id, overrides.c.end_at > since)
    return [
        KeptOverride(_override(row), row["reason"], row["created_by"], row["created_at"])
        for row in db.execute(query.order_by(overrides.c.number)).mappings()
    ]


def uncovered_people(
    db: Connection, people_ids: Collection[str], role: DutyRole, usable: Collection[Channel] | None = None
) -> dict[str, Uncovered]:
    """Who of these cannot be reached in this role, and why. Operators with an account are at their screen."""
    known = people_by_id(db, people_ids)
    points = verified_points(db, RecipientKind.PERSON, people_ids, (), usable)
    found: dict[str, Uncovered] = {}
    for person in people_ids:
        row = known.get(person)
        if row is None or not row.serves(role):
            found[person] = Uncovered.INACTIVE
        elif person not in points and not (role is DutyRole.OPERATOR and row.has_account):
            found[person] = Uncovered.NO_VERIFIED_CHANNEL
    return found


def _override(row: RowMapping) -> Override:
    return Override(
        id=row["id"],
        kind=OverrideKind(row["kind"]),
        start=row["start_at"],
        end=row["end_at"],
        person=row["person_id"],
        replaced=row["replaced_id"],
        swap_id=row["swap_id"],
    )


def hours_or_always(subject_id: str, stored: object) -> Hours | None:
    """Hours as they are stored; what cannot be read counts as always, so that nobody is left out by a broken row."""
    try:
        return read_hours(stored)
    except HoursRefused as refused:
        log.warning("hours_unreadable", subject_id=subject_id, reason=str(refused.reason))
        return None


def _heads() -> Select[Any]:
    return select(rosters, organisations.c.hours).join(organisations)


def _rotation(row: RowMapping, people: Sequence[str]) -> Rotation:
    return Rotation(
        id=row["id"],
        kind=RotationKind(row["kind"]),
        start=row["start"],
        length=row["length"],
        hand_over=clock_minutes(row["hand_over"]),
        participants=tuple(people),
        windows=hours_or_always(row["id"], row["windows"]),
        use=RotationUse(row["use"]),
        name=row["name"],
    )
