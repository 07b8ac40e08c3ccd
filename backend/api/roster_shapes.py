"""The answers about rosters, duty, forecasts and calendars."""

from __future__ import annotations

from datetime import date

from backend.api.bodies import Answer, Moment
from backend.api.people_views import Named


class RotationView(Answer):
    """A layer."""

    id: str
    name: str
    kind: str
    start: date
    length: int
    hand_over: str
    participants: list[str]
    windows: dict[str, list[list[str]]] | None
    use: str


class HolidayView(Answer):
    """`rotation`: by name."""

    day: date
    name: str
    rotation: str | None
    people: list[str]


class OverrideView(Answer):
    """Who comes and who goes, between two instants."""

    id: str
    kind: str
    start: Moment
    end: Moment
    person_id: str | None
    replaced_id: str | None
    swap_id: str | None
    reason: str | None
    created_by: str
    created_at: Moment


class RosterLine(Answer):
    """A row of the list."""

    id: str
    organisation_id: str
    role: Named
    name: str
    time_zone: str
    needed: str
    version: int


class RosterView(RosterLine):
    """One roster. `overrides`: those that are not over. `people`: the names of everybody in it."""

    rotations: list[RotationView]
    holidays: list[HolidayView]
    overrides: list[OverrideView]
    people: dict[str, str]


class RosterList(Answer):
    """By organisation."""

    items: list[RosterLine]


class OverrideList(Answer):
    """What one call has made."""

    items: list[OverrideView]


class ShiftView(Answer):
    """Who serves from when until when, and why. `replaced`: whom, by an override."""

    start: Moment
    end: Moment
    person_id: str
    name: str
    why: Named
    replaced: str | None


class ShiftList(Answer):
    """By start."""

    items: list[ShiftView]


class GapView(Answer):
    """A time in which nobody is reached. `people`: the names of those who are on duty and are not."""

    start: Moment
    end: Moment
    reason: Named
    people: list[str]


class ForecastView(Answer):
    """The next 28 days. `score`: 0 to 100, as the manual says."""

    roster_id: str
    name: str
    organisation_id: str
    organisation: str
    role: Named
    score: int
    needed_hours: float
    covered_hours: float
    single_hours: float
    gaps: list[GapView]


class ForecastList(Answer):
    """The worst first."""

    items: list[ForecastView]


class DutyView(Answer):
    """Somebody on duty. `reachable`: a verified channel or, for operators, their screen."""

    role: Named
    person_id: str
    name: str
    why: Named
    roster_id: str | None
    replaced: str | None
    reachable: bool


class OnDutyView(Answer):
    """`night_organisation_id`: where calls go while it is closed."""

    organisation_id: str
    organisation: str
    at: Moment
    open: bool
    night_organisation_id: str | None
    items: list[DutyView]


class CalendarView(Answer):
    """A calendar's address, without its secret."""

    id: str
    kind: str
    subject_id: str
    created_at: Moment
    revoked_at: Moment | None


class CalendarList(Answer):
    """The oldest first."""

    items: list[CalendarView]


class OpenedCalendar(CalendarView):
    """`path`: the address behind the platform's own, with its secret; it is shown once."""

    path: str
