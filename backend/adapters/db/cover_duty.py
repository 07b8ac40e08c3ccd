"""Who is on duty in organisations at a moment: by their rosters, else by the rule for those who have none."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from backend.adapters.db.identity import staff
from backend.adapters.db.organisation_reader import OrganisationReader
from backend.adapters.db.people import people
from backend.adapters.db.people_reading import PersonRow, people_by_id, people_of
from backend.adapters.db.roster import participants, rosters, rotations
from backend.adapters.db.roster_reading import RosterReader
from backend.domain.escalation.targets import DutyRole
from backend.domain.roster.distance import Place
from backend.domain.roster.duty import on_duty
from backend.domain.roster.model import Duty, Roster, Why
from backend.domain.roster.standing import Standing, standing
from backend.services.identity.actor import StaffRole


@dataclass(frozen=True, slots=True)
class OnDuty:
    """Somebody on duty for an organisation, and why. `roster_id` None: no roster names them."""

    person: PersonRow
    organisation_id: str
    duty: Duty
    roster_id: str | None = None


@dataclass(frozen=True, slots=True)
class Present:
    """Who is on duty; and who would be by a roster, but is not active or not in that role any more."""

    found: tuple[OnDuty, ...]
    inactive: tuple[PersonRow, ...] = ()


class DutyReader:
    """Answers within one transaction; make a new one for each."""

    def __init__(self, connection: Connection, organisations: OrganisationReader, zone: ZoneInfo) -> None:
        self._db = connection
        self._organisations = organisations
        self._zone = zone

    def present(self, organisation_ids: Sequence[str], role: DutyRole, at: datetime) -> Present:
        """Everybody on duty for `role` in these organisations, each once, by organisation, rosters first."""
        known = RosterReader(self._db).of_organisations(organisation_ids, role, at)
        named = people_by_id(self._db, {duty.person for roster in known for duty in on_duty(roster, at)})
        by_roster = list(self._by_roster(known, named, at))
        found = [entry for entry in by_roster if entry.person.serves(role)]
        found += self._without_roster(organisation_ids, role, known, at)
        order = {organisation: number for number, organisation in enumerate(organisation_ids)}
        once: dict[str, OnDuty] = {}
        for entry in sorted(found, key=lambda entry: order[entry.organisation_id]):
            once.setdefault(entry.person.id, entry)
        inactive = {entry.person.id: entry.person for entry in by_roster if not entry.person.serves(role)}
        return Present(tuple(once.values()), tuple(inactive.values()))

    def _by_roster(self, known: Sequence[Roster], named: Mapping[str, PersonRow], at: datetime) -> Iterator[OnDuty]:
        for roster in known:
            for duty in on_duty(roster, at):
                if duty.person in named:
                    yield OnDuty(named[duty.person], roster.organisation_id, duty, roster.id)

    def _without_roster(
        self, organisation_ids: Collection[str], role: DutyRole, known: Sequence[Roster], at: datetime
    ) -> list[OnDuty]:
        with_roster = {roster.organisation_id for roster in known}
        in_a_roster = self._rostered(role) if role is DutyRole.RESPONDER else frozenset[str]()
        members = people_of(self._db, organisation_ids)
        if role is DutyRole.OPERATOR:
            members += self._accounts([each for each in organisation_ids if each not in with_roster])
        return [
            OnDuty(person, person.organisation_id, Duty(person.id, Why.NO_ROSTER, ""))
            for person in members
            if person.serves(role)
            and self._stands(
                standing(
                    role,
                    person.responder,
                    has_account=person.has_account,
                    role_has_roster=person.organisation_id in with_roster,
                    in_a_roster=person.id in in_a_roster,
                ),
                person.organisation_id,
                at,
            )
        ]

    def _stands(self, when: Standing, organisation_id: str, at: datetime) -> bool:
        if when is Standing.OPENING_HOURS:
            return self._organisations.open_now(organisation_id, at, self._zone)
        return when is Standing.ALWAYS

    def _rostered(self, role: DutyRole) -> frozenset[str]:
        query = (
            select(participants.c.person_id)
            .join(rotations, rotations.c.id == participants.c.rotation_id)
            .join(rosters, rosters.c.id == rotations.c.roster_id)
            .where(rosters.c.role == role.value)
            .distinct()
        )
        return frozenset(self._db.scalars(query))

    def _accounts(self, organisation_ids: Collection[str]) -> list[PersonRow]:
        """Operators' accounts that no person is linked to: they sit at the desk all the same."""
        district = self._organisations.district_id
        linked = select(people.c.staff_id).where(people.c.staff_id.is_not(None))
        query = select(staff.c.id, staff.c.name, staff.c.organisation_id).where(
            staff.c.role == StaffRole.OPERATOR.value, staff.c.disabled.is_(False), staff.c.id.not_in(linked)
        )
        seated = [(row, row.organisation_id or district) for row in self._db.execute(query.order_by(staff.c.name))]
        roles = (DutyRole.OPERATOR.value,)
        return [
            PersonRow(row.id, desk, row.name, roles, None, Place(), active=True, has_account=True)
            for row, desk in seated
            if desk in organisation_ids
        ]
