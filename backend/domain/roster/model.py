"""Which shapes a roster is made of: layers of rotations, holidays, overrides, and what they come to."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from backend.domain.escalation.targets import DutyRole
from backend.domain.organisation.hours import Hours


class RotationKind(StrEnum):
    """What a turn is counted in."""

    HOURLY = "hourly"
    DAILY = "daily"
    WEEKLY = "weekly"


class RotationUse(StrEnum):
    """When a rotation serves. `HOLIDAY`: only on the holidays that name it."""

    REGULAR = "regular"
    HOLIDAY = "holiday"


@dataclass(frozen=True, slots=True)
class Rotation:
    """People who take turns; at each moment at most one of them is on duty by it.

    The first turn begins on `start` at `hand_over` (minutes of the day, local time), each lasts `length` hours, days
    or weeks as clocks show them: where clocks are changed a turn is an hour shorter or longer, and hand-over stays at
    its time of day. `windows`: within a turn only in these weekly hours; None: all the time. Before `start`: nobody.
    """

    id: str
    kind: RotationKind
    start: date
    length: int
    hand_over: int
    participants: tuple[str, ...]
    windows: Hours | None = None
    use: RotationUse = RotationUse.REGULAR
    name: str = ""


@dataclass(frozen=True, slots=True)
class Holiday:
    """A local date, midnight to midnight, on which regular rotations rest: `rotation_id` serves, or all of `people`."""

    day: date
    rotation_id: str | None = None
    people: tuple[str, ...] = ()
    name: str = ""


class OverrideKind(StrEnum):
    """What an override does between its two instants."""

    ADD = "add"
    """`person` is on duty as well."""
    REMOVE = "remove"
    """`replaced` is not on duty."""
    REPLACE = "replace"
    """Wherever `replaced` would be on duty, `person` is."""


@dataclass(frozen=True, slots=True)
class Override:
    """A change of what the rotations say, from `start` (included) until `end` (excluded), both aware.

    `person`: who comes, None for REMOVE. `replaced`: who goes, None for ADD. `swap_id`: the same for both halves of a
    swap. Later overrides see what earlier ones have left.
    """

    id: str
    kind: OverrideKind
    start: datetime
    end: datetime
    person: str | None = None
    replaced: str | None = None
    swap_id: str | None = None


@dataclass(frozen=True, slots=True)
class Roster:
    """Who serves one organisation in one role. Every rotation is a layer: all of them serve side by side.

    `needed`: when somebody has to be on duty; None: always. Outside it the organisation's night route answers.
    """

    id: str
    organisation_id: str
    role: DutyRole
    zone: ZoneInfo
    rotations: tuple[Rotation, ...] = ()
    holidays: tuple[Holiday, ...] = ()
    overrides: tuple[Override, ...] = ()
    needed: Hours | None = None

    @property
    def people(self) -> frozenset[str]:
        """Everybody who may ever be on duty by it."""
        named = [person for rotation in self.rotations for person in rotation.participants]
        named += [person for holiday in self.holidays for person in holiday.people]
        named += [override.person for override in self.overrides if override.person is not None]
        return frozenset(named)


class Why(StrEnum):
    """Why somebody is on duty."""

    ROTATION = "rotation"
    HOLIDAY = "holiday"
    OVERRIDE = "override"
    NO_ROSTER = "no_roster"
    """No roster names them, so they count without one, see `standing`."""


@dataclass(frozen=True, slots=True)
class Duty:
    """Somebody on duty, and why. `source`: the rotation's or override's id, or the holiday's date, or empty."""

    person: str
    why: Why
    source: str
    replaced: str | None = None


@dataclass(frozen=True, slots=True)
class Shift:
    """A duty from `start` until `end`, both UTC."""

    start: datetime
    end: datetime
    duty: Duty

    @property
    def person(self) -> str:
        """Who serves."""
        return self.duty.person


class Uncovered(StrEnum):
    """Why nobody can be reached at a time at which somebody has to be."""

    NOBODY_ROSTERED = "nobody_rostered"
    NO_VERIFIED_CHANNEL = "no_verified_channel"
    INACTIVE = "inactive"


@dataclass(frozen=True, slots=True)
class Gap:
    """A time in which the roster reaches nobody. `people`: those who are on duty and cannot be reached."""

    start: datetime
    end: datetime
    reason: Uncovered
    people: tuple[str, ...] = field(default=())
