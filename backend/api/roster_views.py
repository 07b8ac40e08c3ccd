"""How rosters, duty, forecasts and calendars become answers; codes come with their words in both languages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from backend.api.people_views import named
from backend.api.roster_shapes import (
    CalendarView,
    DutyView,
    ForecastView,
    GapView,
    HolidayView,
    OnDutyView,
    OpenedCalendar,
    OverrideView,
    RosterLine,
    RosterView,
    RotationView,
    ShiftView,
)
from backend.domain.organisation.hours import clock_text, write_hours
from backend.domain.roster.model import Gap, Shift
from backend.services.roster.ports import Feed, KeptOverride, KeptRoster, OnDutyNow, RosterForecast
from backend.services.roster.words import GAP_LABELS, ROLE_LABELS, WHY_LABELS


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
        kind=override.kind,
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


def on_duty_view(found: OnDutyNow, at: datetime) -> OnDutyView:
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


def _gap(gap: Gap, names: Mapping[str, str]) -> GapView:
    people = [names.get(person, person) for person in gap.people]
    return GapView(start=gap.start, end=gap.end, reason=named(gap.reason, GAP_LABELS), people=people)


def _head(kept: KeptRoster) -> dict[str, Any]:
    return {
        "id": kept.roster.id,
        "organisation_id": kept.roster.organisation_id,
        "role": named(kept.roster.role, ROLE_LABELS),
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
