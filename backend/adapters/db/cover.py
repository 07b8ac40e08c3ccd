"""Who can be reached at a moment: desks, people on duty, contacts, responders. `Cover` on one connection."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, exists, select

from backend.adapters.db.cover_contacts import contacts_of
from backend.adapters.db.cover_duty import DutyReader, OnDuty, Present
from backend.adapters.db.cover_places import Islands, home_place
from backend.adapters.db.demo_border import Border
from backend.adapters.db.organisation import organisations
from backend.adapters.db.organisation_reader import OrganisationReader
from backend.adapters.db.people_reading import verified_points
from backend.adapters.db.registry import residents
from backend.domain.escalation.targets import (
    Channel,
    DutyRole,
    Level,
    Nobody,
    Reach,
    Recipient,
    RecipientKind,
    Target,
    TargetKind,
)
from backend.domain.roster.distance import minutes_away, nearness
from backend.services.escalation.ports import Scene

_HIGH, _NORMAL = "high", "normal"
_GONE = ("moved", "deceased")


class SqlCover:
    """`Cover` within one transaction; make a new one for each. `zone`: where opening hours and ferries are told.

    `usable`: channels by which anything can leave at all, None: all.
    """

    def __init__(self, connection: Connection, zone: ZoneInfo, usable: Collection[Channel] | None = None) -> None:
        self._db = connection
        self._usable = usable
        self._zone = zone
        self._organisations = OrganisationReader(connection)
        self._duty = DutyReader(connection, self._organisations, zone)
        self._border = Border(connection)
        self._ways: dict[TargetKind, Callable[[Target, Scene, datetime], Reach]] = {
            TargetKind.DESK: self._desk,
            TargetKind.ON_DUTY: self._on_duty,
            TargetKind.CONTACTS: self._contacts,
            TargetKind.RESPONDERS: self._responders,
            TargetKind.WORK_ORDER: lambda target, _scene, _at: Reach(target, nobody=Nobody.NO_PROVIDER),
        }

    def reach(self, target: Target, scene: Scene, at: datetime) -> Reach:
        """Who `target` is at `at`, as the port says. `left_out`: names, for the timeline."""
        return self._ways[target.kind](target, scene, at)

    def centre_open(self, organisation_id: str | None, at: datetime) -> bool:
        """Whether it is within its opening hours; the district (None) always is."""
        return self._organisations.open_now(organisation_id, at, self._zone)

    def home_risk(self, home_id: str | None) -> str:
        """`high` where a resident who still lives there is at high risk."""
        risky = (residents.c.home_id == home_id) & (residents.c.risk == _HIGH) & residents.c.status.not_in(_GONE)
        return _HIGH if self._db.scalar(select(exists().where(risky))) else _NORMAL

    def centre_of(self, home_id: str | None) -> str | None:
        """The organisation responsible for a home; the district for one that nobody knows."""
        return self._organisations.centre_of(home_id)

    def _desk(self, target: Target, scene: Scene, at: datetime) -> Reach:
        asked = self._at_level(target.level, scene)
        if not asked:
            return Reach(target, nobody=Nobody.NO_SUCH_ORGANISATION)
        desks = self._with_night_desks(asked, at)
        present = self._duty.present(desks, DutyRole.OPERATOR, at)
        points = self._points(present, target)
        # Their screen is their channel, so nobody is left out for want of another.
        recipients = [_recipient(entry, DutyRole.OPERATOR, points.get(entry.person.id, ())) for entry in present.found]
        nobody = None if recipients else self._why_nobody(desks, (), at)
        return Reach(target, tuple(recipients[: target.most]), nobody, desks, _inactive(present))

    def _on_duty(self, target: Target, scene: Scene, at: datetime) -> Reach:
        asked = self._at_level(target.level, scene)
        if not asked:
            return Reach(target, nobody=Nobody.NO_SUCH_ORGANISATION)
        present = self._duty.present(asked, target.role, at)
        points = self._points(present, target)
        recipients = [
            _recipient(entry, target.role, points[entry.person.id])
            for entry in present.found
            if entry.person.id in points
        ]
        left_out = (*_mute(present.found, points), *_inactive(present))
        nobody = None if recipients else self._why_nobody(asked, left_out, at)
        return Reach(target, tuple(recipients[: target.most]), nobody, (), left_out)

    def _contacts(self, target: Target, scene: Scene, at: datetime) -> Reach:
        return contacts_of(self._db, target, scene.home_id, at, self._zone, self._usable)

    def _responders(self, target: Target, scene: Scene, at: datetime) -> Reach:
        asked = self._below(self._at_level(target.level, scene), target.level, scene)
        if not asked:
            return Reach(target, nobody=Nobody.NO_SUCH_ORGANISATION)
        present = self._duty.present(asked, DutyRole.RESPONDER, at)
        found = [entry for entry in present.found if target.responder in (None, entry.person.responder)]
        points = self._points(present, target)
        home, no_ferry = home_place(self._db, scene.home_id, at, self._zone)
        islands = Islands(self._db, wanted=home.island is not None)
        placed = [(entry, islands.place_of(entry.person)) for entry in found if entry.person.id in points]
        placed.sort(key=lambda pair: (*nearness(home, pair[1], no_ferry), pair[0].person.name, pair[0].person.id))
        recipients = [
            _recipient(entry, DutyRole.RESPONDER, points[entry.person.id], minutes_away(home, place))
            for entry, place in placed[: target.most]
        ]
        left_out = (*_mute(found, points), *_inactive(present))
        nobody = None if recipients else self._why_nobody(asked, left_out, at)
        return Reach(target, tuple(recipients), nobody, (), left_out)

    def _at_level(self, level: Level, scene: Scene) -> tuple[str, ...]:
        beyond = self._border.beyond(scene.home_id)
        return tuple(each for each in self._by_tree(level, scene) if each not in beyond)

    def _by_tree(self, level: Level, scene: Scene) -> tuple[str, ...]:
        reader = self._organisations
        centre = scene.organisation_id or reader.district_id
        match level:
            case Level.CENTRE:
                return (centre,) if centre in self._enabled else ()
            case Level.SIBLINGS:
                return reader.siblings(centre)
            case Level.PARENT:
                return reader.ancestors(centre)[:1]
            case Level.DISTRICT:
                return (reader.district_id,)

    def _below(self, asked: tuple[str, ...], level: Level, scene: Scene) -> tuple[str, ...]:
        """The nearest responder of a town or district is one of any centre in it."""
        if level not in (Level.PARENT, Level.DISTRICT):
            return asked
        below = [each for organisation in asked for each in self._organisations.subtree(organisation)]
        beyond = self._border.beyond(scene.home_id)
        return tuple(each for each in below if each in self._enabled and each not in beyond)

    @cached_property
    def _enabled(self) -> frozenset[str]:
        working = select(organisations.c.id).where(organisations.c.disabled.is_(False))
        return frozenset((*self._db.scalars(working), self._organisations.district_id))

    def _with_night_desks(self, asked: Iterable[str], at: datetime) -> tuple[str, ...]:
        """The desks, and for each that is closed the one to which its calls go, until one that is open."""
        desks: dict[str, None] = {}
        for desk in asked:
            while desk not in desks:
                desks[desk] = None
                if not self.centre_open(desk, at):
                    desk = self._organisations.night_of(desk)
        return tuple(desks)

    def _points(self, present: Present, target: Target) -> dict[str, tuple[str, ...]]:
        ids = [entry.person.id for entry in present.found]
        return dict(verified_points(self._db, RecipientKind.PERSON, ids, target.channels, self._usable))

    def _why_nobody(self, asked: Sequence[str], left_out: Collection[tuple[str, Nobody]], at: datetime) -> Nobody:
        if any(why is Nobody.NO_VERIFIED_CHANNEL for _, why in left_out):
            return Nobody.NO_VERIFIED_CHANNEL
        return Nobody.NOBODY_ON_DUTY if any(self.centre_open(each, at) for each in asked) else Nobody.CLOSED


def _recipient(entry: OnDuty, role: DutyRole, points: tuple[str, ...], minutes: int | None = None) -> Recipient:
    person = entry.person
    return Recipient(RecipientKind.PERSON, person.id, person.name, role, points, entry.organisation_id, minutes)


def _mute(found: Iterable[OnDuty], points: Collection[str]) -> tuple[tuple[str, Nobody], ...]:
    return tuple((entry.person.name, Nobody.NO_VERIFIED_CHANNEL) for entry in found if entry.person.id not in points)


def _inactive(present: Present) -> tuple[tuple[str, Nobody], ...]:
    return tuple((person.name, Nobody.NOBODY_ON_DUTY) for person in present.inactive)
