"""People, contact points, rosters and cover: which use cases, routes and ticks they are made of."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from typing import Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from sqlalchemy import Connection, Engine

from backend.adapters.db.cover import SqlCover
from backend.adapters.db.people_store import SqlPeopleStore
from backend.adapters.db.roster_store import PutsNotices, SqlRosterStore, Usable
from backend.api import calendars, people, rosters
from backend.services.roster.calendar import Calendars
from backend.services.roster.keep_people import KeepContactPoints, KeepPeople
from backend.services.roster.keep_rosters import ChangeDuty, KeepRosters
from backend.services.roster.people_ports import Clock, Ids
from backend.services.roster.read_forecast import ReadForecast
from backend.services.roster.report_gaps import ReportGaps
from backend.settings import Settings
from backend.workers.loop import Tick

LOOK_SECONDS: Final = 3600.0
"""A day is the promise. Hourly, since a channel that fails makes a gap without anybody changing a roster."""
LOOK_DEADLINE: Final = 120.0
_TOKEN_BYTES: Final = 32


class RosterParts:
    """What the program wires. `outbox`: the notices on a transaction's own connection.

    `usable`: the channels by which anything can leave; what cannot leave covers nobody.
    """

    def __init__(
        self,
        settings: Settings,
        engine: Engine,
        clock: Clock,
        ids: Ids,
        outbox: Callable[[Connection], PutsNotices],
        usable: Usable,
    ) -> None:
        self._zone = ZoneInfo(settings.time_zone)
        self._clock = clock
        self._usable = usable
        self._ids = ids
        self._people = SqlPeopleStore(engine)
        self._rosters = SqlRosterStore(engine, self._zone, outbox, usable)
        self._calendars = Calendars(self._rosters, clock, ids, lambda: secrets.token_urlsafe(_TOKEN_BYTES))
        self.report_gaps = ReportGaps(self._rosters, clock, ids)

    def cover(self, connection: Connection) -> SqlCover:
        """`Cover` within somebody's transaction."""
        return SqlCover(connection, self._zone, self._usable())

    def staff_routers(self) -> Iterator[APIRouter]:
        """Under `/api/v1`."""
        after_person, after_roster = self.report_gaps.after_person, self.report_gaps.after_roster
        yield people.router(
            people.PeopleCalls(
                self._people,
                KeepPeople(self._people, self._clock, self._ids, after_person),
                KeepContactPoints(self._people, self._clock, self._ids, after_person),
            )
        )
        yield rosters.router(
            rosters.RosterCalls(
                self._rosters,
                KeepRosters(self._rosters, self._clock, self._ids, after_roster),
                ChangeDuty(self._rosters, self._clock, self._ids, after_roster),
                ReadForecast(self._rosters, self._clock),
                self._clock,
                self._zone,
            )
        )
        yield calendars.staff_router(self._calendars, self._rosters)

    def public_routers(self) -> Iterator[APIRouter]:
        """Outside `/api/v1`, open to strangers as `is_public` says."""
        yield calendars.public_router(self._calendars)

    def is_public(self, method: str, path: str) -> bool:
        """Whether a stranger may call it."""
        return calendars.is_public(method, path)

    def ticks(self) -> Iterator[Tick]:
        """For the worker."""
        yield Tick("roster-gaps", self.report_gaps.every, seconds=LOOK_SECONDS, deadline=LOOK_DEADLINE)
