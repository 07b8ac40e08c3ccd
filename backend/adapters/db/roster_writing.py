"""One roster's transaction: the roster is locked first, then everything that hangs on it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, exists, func, insert, select, update

from backend.adapters.db.organisation import organisations
from backend.adapters.db.organisation_reader import OrganisationReader
from backend.adapters.db.people import people
from backend.adapters.db.people_reading import people_of, verified_points
from backend.adapters.db.roster import feeds, gaps, holidays, overrides, participants, rosters, rotations
from backend.adapters.db.roster_reading import RosterReader, uncovered_people
from backend.domain.escalation.targets import Channel, DutyRole, RecipientKind
from backend.domain.organisation.hours import clock_text, write_hours
from backend.domain.roster.model import Roster, Uncovered
from backend.services.notices.ports import NewNotice
from backend.services.roster.ports import FeedKind, KeptOverride, KeptRoster, ReportedGap, Told

Put = Callable[[Sequence[NewNotice], datetime], int]


class SqlRosterTransaction:
    """`RosterTransaction` on one connection. `put`: the outbox on the same one; `usable`: channels that can be used."""

    def __init__(self, connection: Connection, put: Put, usable: Collection[Channel] | None) -> None:
        self._db = connection
        self._put = put
        self._usable = usable

    def locked(self, roster_id: str, since: datetime) -> KeptRoster | None:
        """Held until the end, so that two that change or report the same roster do it one after the other."""
        self._db.execute(select(rosters.c.id).where(rosters.c.id == roster_id).with_for_update())
        return RosterReader(self._db).one(roster_id, since)

    def organisation_exists(self, organisation_id: str) -> bool:
        return bool(self._db.scalar(select(exists().where(organisations.c.id == organisation_id))))

    def roles(self, people_ids: Collection[str]) -> Mapping[str, Collection[DutyRole]]:
        rows = self._db.execute(select(people.c.id, people.c.roles).where(people.c.id.in_(people_ids)))
        return {row.id: [DutyRole(role) for role in row.roles] for row in rows}

    def save(self, kept: KeptRoster) -> None:
        roster = kept.roster
        row = {
            "id": roster.id,
            "organisation_id": roster.organisation_id,
            "role": roster.role.value,
            "name": kept.name,
            "time_zone": roster.zone.key,
            "needed": kept.needed.value,
            "version": kept.version,
        }
        if not self._db.execute(update(rosters).where(rosters.c.id == roster.id).values(row)).rowcount:
            self._db.execute(insert(rosters).values(row))
        self._forget_layers(roster.id)
        self._write_layers(roster)

    def delete(self, roster_id: str) -> None:
        self._forget_layers(roster_id)
        for table in (overrides, gaps):
            self._db.execute(delete(table).where(table.c.roster_id == roster_id))
        shown = (feeds.c.subject_kind == FeedKind.ROSTER.value) & (feeds.c.subject_id == roster_id)
        self._db.execute(delete(feeds).where(shown))
        self._db.execute(delete(rosters).where(rosters.c.id == roster_id))

    def add_overrides(self, roster_id: str, made: Sequence[KeptOverride]) -> None:
        last = self._db.scalar(select(func.max(overrides.c.number)).where(overrides.c.roster_id == roster_id)) or 0
        for number, kept in enumerate(made, start=last + 1):
            override = kept.override
            self._db.execute(
                insert(overrides).values(
                    id=override.id,
                    roster_id=roster_id,
                    number=number,
                    kind=override.kind.value,
                    person_id=override.person,
                    replaced_id=override.replaced,
                    start_at=override.start,
                    end_at=override.end,
                    swap_id=override.swap_id,
                    reason=kept.reason,
                    created_by=kept.created_by,
                    created_at=kept.created_at,
                )
            )

    def remove_override(self, roster_id: str, override_id: str) -> int:
        named = (overrides.c.roster_id == roster_id) & (overrides.c.id == override_id)
        swap_id = self._db.scalar(select(overrides.c.swap_id).where(named))
        if swap_id is not None:
            named = (overrides.c.roster_id == roster_id) & (overrides.c.swap_id == swap_id)
        return self._db.execute(delete(overrides).where(named)).rowcount

    def uncovered(self, people_ids: Collection[str], role: DutyRole) -> Mapping[str, Uncovered]:
        return uncovered_people(self._db, people_ids, role, self._usable)

    def reported(self, roster_id: str) -> Sequence[ReportedGap]:
        rows = self._db.execute(select(gaps).where(gaps.c.roster_id == roster_id).order_by(gaps.c.start_at))
        return [ReportedGap(row.start_at, row.end_at, Uncovered(row.reason), row.reported_at) for row in rows]

    def keep_reported(self, roster_id: str, found: Sequence[ReportedGap]) -> None:
        self._db.execute(delete(gaps).where(gaps.c.roster_id == roster_id))
        rows = [
            {
                "roster_id": roster_id,
                "start_at": gap.start,
                "end_at": gap.end,
                "reason": gap.reason.value,
                "reported_at": gap.reported_at,
            }
            for gap in found
        ]
        if rows:
            self._db.execute(insert(gaps), rows)

    def told_of_gaps(self, organisation_id: str) -> Sequence[Told]:
        """Whoever is a manager, on duty or not: a gap is for office hours, and its notice waits for them."""
        district = OrganisationReader(self._db).district_id
        for organisation in (organisation_id, district):
            managers = [each for each in people_of(self._db, [organisation]) if each.serves(DutyRole.MANAGER)]
            points = verified_points(self._db, RecipientKind.PERSON, [each.id for each in managers])
            told = [
                Told(RecipientKind.PERSON, each.id, each.name, points[each.id])
                for each in managers
                if each.id in points
            ]
            if told:
                return told
        return [Told(RecipientKind.ORGANISATION, district, self.organisation_name(district))]

    def organisation_name(self, organisation_id: str) -> str:
        name = self._db.scalar(select(organisations.c.name).where(organisations.c.id == organisation_id))
        return name if name is not None else organisation_id

    def put_notices(self, notices: Sequence[NewNotice], now: datetime) -> int:
        return self._put(notices, now)

    def commit(self) -> None:
        self._db.commit()

    def _forget_layers(self, roster_id: str) -> None:
        ours = select(rotations.c.id).where(rotations.c.roster_id == roster_id)
        self._db.execute(delete(holidays).where(holidays.c.roster_id == roster_id))
        self._db.execute(delete(participants).where(participants.c.rotation_id.in_(ours)))
        self._db.execute(delete(rotations).where(rotations.c.roster_id == roster_id))

    def _write_layers(self, roster: Roster) -> None:
        for position, rotation in enumerate(roster.rotations):
            self._db.execute(
                insert(rotations).values(
                    id=rotation.id,
                    roster_id=roster.id,
                    position=position,
                    name=rotation.name,
                    kind=rotation.kind.value,
                    start=rotation.start,
                    length=rotation.length,
                    hand_over=clock_text(rotation.hand_over),
                    windows=write_hours(rotation.windows),
                    use=rotation.use.value,
                )
            )
            turns = [
                {"rotation_id": rotation.id, "position": turn, "person_id": person}
                for turn, person in enumerate(rotation.participants)
            ]
            if turns:
                self._db.execute(insert(participants), turns)
        for holiday in roster.holidays:
            self._db.execute(
                insert(holidays).values(
                    roster_id=roster.id,
                    day=holiday.day,
                    name=holiday.name,
                    rotation_id=holiday.rotation_id,
                    people=list(holiday.people),
                )
            )
