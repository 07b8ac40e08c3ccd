"""What a request about people, contact points and rosters looks like, and how it becomes one of the services' own."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BeforeValidator, Field, StringConstraints

from backend.api.bodies import ONE_LINE, Body
from backend.domain.escalation.targets import DutyRole, ResponderKind
from backend.domain.organisation.hours import Hours, HoursRefused, clock_minutes, read_hours
from backend.domain.roster.model import (
    Holiday,
    Override,
    OverrideKind,
    Roster,
    Rotation,
    RotationKind,
    RotationUse,
)
from backend.domain.roster.swap import Given
from backend.services.roster.people_ports import Person
from backend.services.roster.ports import KeptRoster, Needed
from contract.times import is_plausible, parse_time

Id = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=128, pattern=ONE_LINE)]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=128, pattern=ONE_LINE)]
Clock = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
Role = Literal["operator", "responder", "manager"]


def _moment(value: object) -> object:
    moment = parse_time(value) if isinstance(value, str) else None
    if moment is None or not is_plausible(moment):
        raise ValueError("RFC 3339 with a zone, such as 2026-11-25T08:00:00+08:00")
    return moment


def _day(value: object) -> object:
    if not isinstance(value, str) or len(value) != 10:
        raise ValueError("a date such as 2026-11-25")
    day = date.fromisoformat(value)
    if not 2000 <= day.year < 2200:
        raise ValueError("a date from 2000 to 2199")
    return day


def _zone(value: object) -> object:
    try:
        ZoneInfo(str(value))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("a name of the IANA time zones, such as Asia/Shanghai") from None
    return value


def _hours(value: object) -> object:
    try:
        read_hours(value)
    except HoursRefused as refused:
        raise ValueError(f"{refused.reason}: {refused.piece}") from None
    return value


When = Annotated[datetime, BeforeValidator(_moment)]
Day = Annotated[date, BeforeValidator(_day)]
Windows = Annotated[dict[str, Any], BeforeValidator(_hours)]
"""As an organisation's opening hours: `{"mon": [["20:00", "06:00"]]}`."""


class PersonBody(Body):
    """Somebody who can be called out or sits at a desk; a responder says of which kind."""

    organisation_id: Id
    name: Name
    roles: list[Role] = Field(min_length=1, max_length=3)
    responder_kind: Literal["centre_staff", "volunteer", "rescue", "fire_post"] | None = None
    staff_id: Id | None = None
    latitude: Annotated[float, Field(ge=-90, le=90)] | None = None
    longitude: Annotated[float, Field(ge=-180, le=180)] | None = None
    locale: Literal["zh-CN", "en"] = "zh-CN"
    active: bool = True

    def person(self, person_id: str) -> Person:
        """As the services know it."""
        return Person(
            id=person_id,
            organisation_id=self.organisation_id,
            name=self.name,
            roles=tuple(DutyRole(role) for role in dict.fromkeys(self.roles)),
            responder_kind=ResponderKind(self.responder_kind) if self.responder_kind else None,
            staff_id=self.staff_id,
            latitude=self.latitude,
            longitude=self.longitude,
            locale=self.locale,
            active=self.active,
        )


OwnerKind = Literal["person", "contact", "organisation"]


class PointBody(Body):
    """A new way to reach somebody. It counts once it is verified."""

    owner_kind: OwnerKind
    owner_id: Id
    channel: Literal["voice", "sms", "wecom", "dingtalk", "feishu", "email", "ntfy", "webpush", "webhook", "apprise"]
    address: Annotated[str, Field(min_length=1, max_length=512, pattern=ONE_LINE)]


class PointChange(Body):
    """Its place in the order, and when advisory notices wait; an alert's never do."""

    position: int = Field(ge=0, le=100)
    quiet_from: Clock | None = None
    quiet_until: Clock | None = None


class DisableBody(Body):
    """Why it is not tried any more."""

    reason: Reason


class RotationBody(Body):
    """A layer. `start`: the local date of the first turn; `length`: of a turn, in hours, days or weeks."""

    name: Name
    kind: Literal["hourly", "daily", "weekly"]
    start: Day
    length: int = Field(ge=1, le=366)
    hand_over: Clock
    participants: list[Id] = Field(max_length=100)
    windows: Windows | None = None
    use: Literal["regular", "holiday"] = "regular"

    def rotation(self) -> Rotation:
        """Without an id."""
        return Rotation(
            id="",
            kind=RotationKind(self.kind),
            start=self.start,
            length=self.length,
            hand_over=clock_minutes(self.hand_over),
            participants=tuple(self.participants),
            windows=_read(self.windows),
            use=RotationUse(self.use),
            name=self.name,
        )


class HolidayBody(Body):
    """A local date on which the rotation of that name serves, or all of `people`; else nobody."""

    day: Day
    name: Name
    rotation: Name | None = None
    people: list[Id] = Field(default_factory=list, max_length=20)


class RosterBody(Body):
    """Everything about a roster but its overrides. `time_zone`: by default that of the platform."""

    organisation_id: Id
    role: Role
    name: Name
    time_zone: Annotated[str, BeforeValidator(_zone), Field(max_length=64)] | None = None
    needed: Literal["always", "opening_hours"] = "always"
    rotations: list[RotationBody] = Field(default_factory=list, max_length=20)
    holidays: list[HolidayBody] = Field(default_factory=list, max_length=100)

    def kept(self, zone: ZoneInfo) -> KeptRoster:
        """As the services know it; a holiday names its rotation by name."""
        roster = Roster(
            id="",
            organisation_id=self.organisation_id,
            role=DutyRole(self.role),
            zone=ZoneInfo(self.time_zone) if self.time_zone else zone,
            rotations=tuple(rotation.rotation() for rotation in self.rotations),
            holidays=tuple(Holiday(day.day, day.rotation, tuple(day.people), day.name) for day in self.holidays),
        )
        return KeptRoster(self.name, Needed(self.needed), 0, roster)


class RosterChange(RosterBody):
    """`version`: of the roster that was read."""

    version: int = Field(ge=1)


class OverrideBody(Body):
    """`person_id`: who comes; `replaced_id`: who goes."""

    kind: Literal["add", "remove", "replace"]
    start: When
    end: When
    person_id: Id | None = None
    replaced_id: Id | None = None
    reason: Reason | None = None

    def override(self) -> Override | None:
        """Without an id; None where it lacks somebody, or names somebody too many."""
        kind = OverrideKind(self.kind)
        comes, goes = kind is not OverrideKind.REMOVE, kind is not OverrideKind.ADD
        if (self.person_id is not None, self.replaced_id is not None) != (comes, goes):
            return None
        return Override("", kind, self.start, self.end, self.person_id, self.replaced_id)


class GivenBody(Body):
    """The duties of one person between two instants."""

    person_id: Id
    start: When
    end: When

    def given(self) -> Given:
        """As the domain knows it."""
        return Given(self.person_id, self.start, self.end)


class SwapBody(Body):
    """`first.person_id` serves in the second span, `second.person_id` in the first."""

    first: GivenBody
    second: GivenBody
    reason: Reason | None = None


def _read(windows: dict[str, Any] | None) -> Hours | None:
    return read_hours(windows)
