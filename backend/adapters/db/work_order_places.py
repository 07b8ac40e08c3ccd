"""Who is there to do the work and to be told of it: organisations with hours and places, people, contact points."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, select

from backend.adapters.db.demo_border import Border
from backend.adapters.db.identity import staff
from backend.adapters.db.organisation import organisations, villages
from backend.adapters.db.organisation_reader import OrganisationReader
from backend.adapters.db.people import contact_points, people
from backend.adapters.db.registry import homes, residents
from backend.domain.escalation.targets import DutyRole
from backend.domain.organisation.hours import Hours, HoursRefused, is_open, next_change, read_hours
from backend.domain.work_order.model import Assignee, Taker
from backend.domain.work_order.provider import Choice, ChoiceReason, Position, Provider
from backend.services.work_order.ports import Person, Place, Told

_ORGANISATIONS: Final = select(
    organisations.c.id,
    organisations.c.name,
    organisations.c.hours,
    organisations.c.provides,
    organisations.c.latitude,
    organisations.c.longitude,
).where(organisations.c.disabled.is_(False))


class WorkPlaces:
    """The surroundings of orders on a connection, for one transaction."""

    def __init__(self, connection: Connection, zone: ZoneInfo) -> None:
        self._db = connection
        self._zone = zone
        self._tree = OrganisationReader(connection)
        self._border = Border(connection)

    def knows_home(self, home_id: str) -> bool:
        return self._db.execute(select(homes.c.id).where(homes.c.id == home_id)).first() is not None

    def knows_resident(self, resident_id: str, home_id: str | None) -> bool:
        query = select(residents.c.home_id).where(residents.c.id == resident_id)
        return self._db.scalar(query) == home_id if home_id is not None else self._db.scalar(query) is not None

    def place(self, home_id: str | None) -> Place:
        """A home without a position of its own is where its village is."""
        centre = self._tree.centre_of(home_id)
        chain = (centre, *self._tree.ancestors(centre))
        row = self._home(home_id) if home_id is not None else None
        if row is None:
            return Place(None, None, chain)
        return Place(row.label, _position(row.latitude, row.longitude), chain)

    def _home(self, home_id: str) -> Any:
        return self._db.execute(
            select(
                homes.c.label,
                func.coalesce(homes.c.latitude, villages.c.latitude).label("latitude"),
                func.coalesce(homes.c.longitude, villages.c.longitude).label("longitude"),
            )
            .join_from(homes, villages, villages.c.id == homes.c.village_id, isouter=True)
            .where(homes.c.id == home_id)
        ).first()

    def organisations(self, kind: str, place: Place) -> list[Provider]:
        return [
            Provider(
                row.id,
                row.name,
                self._hours(row.id, row.hours),
                self._steps_up(row.id, place.chain),
                kind in (row.provides or ()),
                _position(row.latitude, row.longitude),
            )
            for row in self._db.execute(_ORGANISATIONS)
            if self._serves(row.id, place.chain)
        ]

    def _serves(self, organisation_id: str, chain: Sequence[str]) -> bool:
        """Whoever is invented works for invented homes only, and nobody else works for those."""
        invented = self._border.organisations
        return organisation_id in chain or (organisation_id in invented) == (chain[0] in invented)

    def named(self, organisation_id: str, now: datetime) -> Choice | None:
        row = self._db.execute(_ORGANISATIONS.where(organisations.c.id == organisation_id)).first()
        if row is None:
            return None
        hours = self._hours(row.id, row.hours)
        opens_at = None if is_open(hours, now, self._zone) else next_change(hours, now, self._zone)
        return Choice(row.id, row.name, ChoiceReason.NAMED, opens_at)

    def _hours(self, organisation_id: str, stored: object) -> Hours | None:
        if organisation_id == self._tree.district_id:
            return None
        try:
            return read_hours(stored)
        except HoursRefused:
            # As the organisation's reader has it (which logs it): whoever cannot be told to be closed is asked.
            return None

    def _steps_up(self, organisation_id: str, chain: Sequence[str]) -> int:
        for above in (organisation_id, *self._tree.ancestors(organisation_id)):
            if above in chain:
                return chain.index(above)
        return len(chain)

    def person(self, person_id: str) -> Person | None:
        row = self._db.execute(
            select(people.c.id, people.c.name, people.c.organisation_id, people.c.roles).where(
                people.c.id == person_id, people.c.active
            )
        ).first()
        if row is None:
            return None
        known = {str(taker) for taker in Taker}
        return Person(
            Assignee(row.id, row.name),
            row.organisation_id,
            frozenset(Taker(role) for role in row.roles if role in known),
        )

    def person_of_staff(self, staff_id: str) -> Assignee | None:
        query = select(people.c.id, people.c.name).where(people.c.staff_id == staff_id, people.c.active)
        row = self._db.execute(query.order_by(people.c.id).limit(1)).first()
        return Assignee(row.id, row.name) if row is not None else None

    def has_account(self, organisation_id: str) -> bool:
        query = select(staff.c.id).where(staff.c.organisation_id == organisation_id, staff.c.disabled.is_(False))
        if self._db.execute(query.limit(1)).first() is not None:
            return True
        # Staff of no organisation see the whole district.
        district = select(staff.c.id).where(staff.c.organisation_id.is_(None), staff.c.disabled.is_(False))
        return organisation_id == self._tree.district_id and self._db.execute(district.limit(1)).first() is not None

    def organisation_points(self, organisation_id: str) -> tuple[str, ...]:
        return self._points("organisation", [organisation_id]).get(organisation_id, ())

    def managers(self, chain: Sequence[str]) -> list[Told]:
        rows = self._db.execute(
            select(people.c.id, people.c.name, people.c.organisation_id, people.c.roles)
            .where(people.c.organisation_id.in_(chain), people.c.active)
            .order_by(people.c.id)
        ).all()
        bosses = [row for row in rows if str(DutyRole.MANAGER) in row.roles]
        points = self._points("person", [row.id for row in bosses])
        for organisation_id in chain:
            told = [
                Told(row.id, row.name, points[row.id])
                for row in bosses
                if row.organisation_id == organisation_id and row.id in points
            ]
            if told:
                return told
        return []

    def _points(self, kind: str, owners: Sequence[str]) -> dict[str, tuple[str, ...]]:
        rows = self._db.execute(
            select(contact_points.c.id, contact_points.c.owner_id)
            .where(
                contact_points.c.owner_kind == kind,
                contact_points.c.owner_id.in_(owners),
                contact_points.c.verified_at.is_not(None),
                contact_points.c.disabled_at.is_(None),
            )
            .order_by(contact_points.c.position, contact_points.c.id)
        )
        found: dict[str, tuple[str, ...]] = {}
        for row in rows:
            found[row.owner_id] = (*found.get(row.owner_id, ()), row.id)
        return found


def _position(latitude: float | None, longitude: float | None) -> Position | None:
    return Position(latitude, longitude) if latitude is not None and longitude is not None else None
