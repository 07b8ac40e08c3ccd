"""What a caller sees of people, contact points, rosters, duty and forecasts; codes come with both languages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any

from backend.api.bodies import Answer, Moment
from backend.domain.escalation.targets import DutyRole
from backend.domain.organisation.hours import clock_text, write_hours
from backend.domain.roster.model import Gap, OverrideKind, Shift
from backend.services.roster.address import masked
from backend.services.roster.ports import (
    ContactPoint,
    Feed,
    KeptOverride,
    KeptRoster,
    OnDutyNow,
    Person,
    RosterForecast,
)
from backend.services.roster.words import GAP_LABELS, RESPONDER_LABELS, ROLE_LABELS, WHY_LABELS
from contract.vocabulary import Label

Labels = dict[str, str]


class Named(Answer):
    """A code with its words."""

    code: str
    label: Labels


class PersonView(Answer):
    """`reachable`: something verified and enabled reaches them."""

    id: str
    organisation_id: str
    name: str
    roles: list[Named]
    responder_kind: Named | None
    staff_id: str | None
    latitude: float | None
    longitude: float | None
    locale: str
    active: bool
    reachable: bool


class PersonPage(Answer):
    """`next`: the id after which the next page begins, None on the last."""

    items: list[PersonView]
    next: str | None


class PointView(Answer):
    """`address` is masked except for administrators. It counts as cover while `counts`."""

    id: str
    owner_kind: str
    owner_id: str
    channel: str
    address: str
    position: int
    verified_at: Moment | None
    disabled_at: Moment | None
    disabled_reason: str | None
    quiet_from: str | None
    quiet_until: str | None
    counts: bool


class PointList(Answer):
    """In the order in which they are tried."""

    items: list[PointView]


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


def person_view(person: Person, reachable: bool) -> PersonView:
    """As a caller sees it."""
    return PersonView(
        id=person.id,
        organisation_id=person.organisation_id,
        name=person.name,
        roles=[named(role, ROLE_LABELS) for role in person.roles],
        responder_kind=named(person.responder_kind, RESPONDER_LABELS) if person.responder_kind else None,
        staff_id=person.staff_id,
        latitude=person.latitude,
        longitude=person.longitude,
        locale=person.locale,
        active=person.active,
        reachable=reachable,
    )


def point_view(point: ContactPoint, revealed: bool) -> PointView:
    """`revealed`: with the whole address."""
    return PointView(
        id=point.id,
        owner_kind=point.owner_kind,
        owner_id=point.owner_id,
        channel=point.channel,
        address=point.address if revealed else masked(point.address),
        position=point.position,
        verified_at=point.verified_at,
        disabled_at=point.disabled_at,
        disabled_reason=point.disabled_reason,
        quiet_from=point.quiet_from,
        quiet_until=point.quiet_until,
        counts=point.verified_at is not None and point.disabled_at is None,
    )


def roster_line(kept: KeptRoster) -> RosterLine:
    """A row of the list."""
    return RosterLine(**_head(kept))


def roster_view(kept: KeptRoster, overrides: Sequence[KeptOverride], names: Mapping[str, str]) -> RosterView:
    """The whole."""
    rotations = {rotation.id: rotation.name for rotation in kept.roster.rotations}
    return RosterView(
        **_head(kept),
        rotations=[
            RotationView(
                id=each.id,
                name=each.name,
                kind=each.kind,
                start=each.start,
                length=each.length,
                hand_over=clock_text(each.hand_over),
                participants=list(each.participants),
                windows=write_hours(each.windows),
                use=each.use,
            )
            for each in kept.roster.rotations
        ],
        holidays=[
            HolidayView(
                day=each.day,
                name=each.name,
                rotation=rotations.get(each.rotation_id) if each.rotation_id else None,
                people=list(each.people),
            )
            for each in kept.roster.holidays
        ],
        overrides=[override_view(each) for each in overrides],
        people=dict(names),
    )


def override_view(kept: KeptOverride) -> OverrideView:
    """As a caller sees it."""
    override = kept.override
    return OverrideView(
        id=override.id,
        kind=OverrideKind(override.kind),
        start=override.start,
        end=override.end,
        person_id=override.person,
        replaced_id=override.replaced,
        swap_id=override.swap_id,
        reason=kept.reason,
        created_by=kept.created_by,
        created_at=kept.created_at,
    )


def shift_view(shift: Shift, names: Mapping[str, str]) -> ShiftView:
    """With the name."""
    return ShiftView(
        start=shift.start,
        end=shift.end,
        person_id=shift.person,
        name=names.get(shift.person, shift.person),
        why=named(shift.duty.why, WHY_LABELS),
        replaced=shift.duty.replaced,
    )


def forecast_view(found: RosterForecast) -> ForecastView:
    """With words."""
    return ForecastView(
        roster_id=found.roster_id,
        name=found.name,
        organisation_id=found.organisation_id,
        organisation=found.organisation,
        role=named(found.role, ROLE_LABELS),
        score=found.score,
        needed_hours=found.needed_hours,
        covered_hours=found.covered_hours,
        single_hours=found.single_hours,
        gaps=[_gap(gap, found.people) for gap in found.gaps],
    )


def on_duty_view(found: OnDutyNow, at: Moment) -> OnDutyView:
    """With words."""
    return OnDutyView(
        organisation_id=found.organisation_id,
        organisation=found.name,
        at=at,
        open=found.open,
        night_organisation_id=found.night_organisation_id,
        items=[
            DutyView(
                role=named(line.role, ROLE_LABELS),
                person_id=line.person_id,
                name=line.name,
                why=named(line.duty.why, WHY_LABELS),
                roster_id=line.roster_id,
                replaced=line.duty.replaced,
                reachable=line.reachable,
            )
            for line in found.lines
        ],
    )


def calendar_view(feed: Feed) -> CalendarView:
    """Without the secret, which nobody has."""
    return CalendarView(**_feed(feed))


def opened_calendar(feed: Feed, path: str) -> OpenedCalendar:
    """With the secret, once."""
    return OpenedCalendar(**_feed(feed), path=path)


def named(code: Any, labels: Mapping[Any, Label]) -> Named:
    """A code with its words."""
    return Named(code=str(code), label=_words(labels[code]))


def _words(label: Label) -> Labels:
    return {"zh-CN": label.zh, "en": label.en}


def _gap(gap: Gap, names: Mapping[str, str]) -> GapView:
    people = [names.get(person, person) for person in gap.people]
    return GapView(start=gap.start, end=gap.end, reason=named(gap.reason, GAP_LABELS), people=people)


def _head(kept: KeptRoster) -> dict[str, Any]:
    role: StrEnum = DutyRole(kept.roster.role)
    return {
        "id": kept.roster.id,
        "organisation_id": kept.roster.organisation_id,
        "role": named(role, ROLE_LABELS),
        "name": kept.name,
        "time_zone": kept.roster.zone.key,
        "needed": str(kept.needed),
        "version": kept.version,
    }


def _feed(feed: Feed) -> dict[str, Any]:
    return {
        "id": feed.id,
        "kind": str(feed.kind),
        "subject_id": feed.subject_id,
        "created_at": feed.created_at,
        "revoked_at": feed.revoked_at,
    }
