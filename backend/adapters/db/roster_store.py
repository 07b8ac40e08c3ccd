"""Rosters in the relational database: read, changed, and asked who is on duty."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, select
from sqlalchemy.exc import IntegrityError

from backend.adapters.db.cover_duty import DutyReader, OnDuty
from backend.adapters.db.engine import reading, writing
from backend.adapters.db.organisation import organisations
from backend.adapters.db.organisation_reader import OrganisationReader
from backend.adapters.db.people import people
from backend.adapters.db.people_reading import verified_points
from backend.adapters.db.roster_feeds import SqlFeeds
from backend.adapters.db.roster_reading import RosterReader, kept_overrides, uncovered_people
from backend.adapters.db.roster_writing import SqlRosterTransaction
from backend.domain.access.sight import WHOLE, Sight
from backend.domain.escalation.targets import Channel, DutyRole, RecipientKind
from backend.domain.roster.model import Uncovered
from backend.services.notices.ports import NewNotice
from backend.services.roster.ports import DutyLine, KeptOverride, KeptRoster, OnDutyNow, RosterTransaction
from backend.services.roster.refusals import Refusal, Refused


class PutsNotices(Protocol):
    """The outbox, as far as a roster needs it."""

    def put(self, notices: Sequence[NewNotice], now: datetime) -> int:
        """Adds those whose id is new; how many."""
        ...


Usable = Callable[[], Collection[Channel] | None]
"""Channels by which anything can leave at all, None: all. Asked each time."""


class SqlRosterStore(SqlFeeds):
    """`RosterStore` on an engine. `outbox`: the notices on a transaction's own connection."""

    def __init__(
        self, engine: Engine, zone: ZoneInfo, outbox: Callable[[Connection], PutsNotices], usable: Usable
    ) -> None:
        super().__init__(engine)
        self._engine = engine
        self._zone = zone
        self._outbox = outbox
        self._usable = usable

    @contextmanager
    def begin(self) -> Iterator[RosterTransaction]:
        """Raises `Refusal` where two requests make the same row."""
        try:
            with writing(self._engine) as connection:
                yield SqlRosterTransaction(connection, self._outbox(connection).put, self._usable())
        except IntegrityError:
            raise Refusal(Refused.CHANGED_MEANWHILE) from None

    def one(self, roster_id: str, since: datetime) -> KeptRoster | None:
        """One roster."""
        with reading(self._engine) as connection:
            return RosterReader(connection).one(roster_id, since)

    def every(self, since: datetime, organisation_id: str | None = None, sight: Sight = WHOLE) -> Sequence[KeptRoster]:
        """All, or those of one organisation."""
        with reading(self._engine) as connection:
            return RosterReader(connection).every(since, organisation_id, sight)

    def of_person(self, person_id: str, since: datetime) -> Sequence[KeptRoster]:
        """Those in which the person may ever be on duty."""
        return [kept for kept in self.every(since) if person_id in kept.roster.people]

    def overrides(self, roster_id: str, since: datetime) -> Sequence[KeptOverride]:
        """In the order in which they were made."""
        with reading(self._engine) as connection:
            return kept_overrides(connection, roster_id, since)

    def names(self, people_ids: Collection[str]) -> Mapping[str, str]:
        """Those of these people who exist."""
        query = select(people.c.id, people.c.name).where(people.c.id.in_(people_ids))
        with reading(self._engine) as connection:
            return {row.id: row.name for row in connection.execute(query)}

    def organisation_names(self) -> Mapping[str, str]:
        """All of them."""
        with reading(self._engine) as connection:
            return {row.id: row.name for row in connection.execute(select(organisations.c.id, organisations.c.name))}

    def uncovered(self, people_ids: Collection[str], role: DutyRole) -> Mapping[str, Uncovered]:
        """Who of these cannot be reached, and why."""
        with reading(self._engine) as connection:
            return uncovered_people(connection, people_ids, role, self._usable())

    def on_duty(self, organisation_id: str, at: datetime) -> OnDutyNow | None:
        """Everybody on duty there, role by role."""
        with reading(self._engine) as connection:
            reader = OrganisationReader(connection)
            name = reader.name(organisation_id)
            if name is None:
                return None
            opened = reader.open_now(organisation_id, at, self._zone)
            duty = DutyReader(connection, reader, self._zone)
            present = [(role, entry) for role in DutyRole for entry in duty.present([organisation_id], role, at).found]
            ids = [entry.person.id for _, entry in present]
            reached = verified_points(connection, RecipientKind.PERSON, ids, (), self._usable())
            return OnDutyNow(
                organisation_id,
                name,
                opened,
                None if opened else reader.night_of(organisation_id),
                tuple(_line(role, entry, entry.person.id in reached) for role, entry in present),
            )


def _line(role: DutyRole, entry: OnDuty, reached: bool) -> DutyLine:
    at_a_screen = role is DutyRole.OPERATOR and entry.person.has_account
    return DutyLine(role, entry.person.id, entry.person.name, entry.duty, entry.roster_id, reached or at_a_screen)
