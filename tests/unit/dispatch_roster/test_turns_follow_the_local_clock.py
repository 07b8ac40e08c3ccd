"""Turns, windows and holidays by the clock on the wall, in zones that change theirs too."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from backend.domain.escalation.targets import DutyRole
from backend.domain.organisation.hours import Span, make_hours
from backend.domain.roster.duty import on_duty, shifts
from backend.domain.roster.model import (
    Duty,
    Holiday,
    Override,
    OverrideKind,
    Roster,
    Rotation,
    RotationKind,
    RotationUse,
    Why,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = date(2026, 11, 23)


def rotation(kind: RotationKind = RotationKind.DAILY, *people: str, **changes) -> Rotation:
    plain = Rotation("r", kind, MONDAY, 1, 8 * 60, people or ("a", "b"))
    return replace(plain, **changes)


def roster(*layers: Rotation, zone: ZoneInfo = SHANGHAI, **parts) -> Roster:
    return Roster("x", "o", DutyRole.OPERATOR, zone, layers, **parts)


def local(*when: int, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime(*when, tzinfo=zone).astimezone(UTC)


def served(found: Roster, start: datetime, end: datetime) -> list[tuple[str, str, str]]:
    """(person, from, until) as clocks show it."""
    return [
        (
            shift.person,
            f"{shift.start.astimezone(found.zone):%d %H:%M}",
            f"{shift.end.astimezone(found.zone):%d %H:%M}",
        )
        for shift in shifts(found, start, end)
    ]


def test_days_change_hands_at_the_hand_over_time() -> None:
    found = served(roster(rotation()), local(2026, 11, 22), local(2026, 11, 26))
    assert found == [("a", "23 08:00", "24 08:00"), ("b", "24 08:00", "25 08:00"), ("a", "25 08:00", "26 00:00")]


def test_weeks_and_hours() -> None:
    weekly = roster(rotation(RotationKind.WEEKLY, length=2))
    assert served(weekly, local(2026, 11, 23), local(2026, 12, 10))[1] == ("b", "07 08:00", "10 00:00")
    hourly = roster(rotation(RotationKind.HOURLY, length=12))
    assert served(hourly, local(2026, 11, 23, 8), local(2026, 11, 24, 8)) == [
        ("a", "23 08:00", "23 20:00"),
        ("b", "23 20:00", "24 08:00"),
    ]


def test_nights_only() -> None:
    nights = make_hours({day: [Span(20 * 60, 6 * 60)] for day in range(7)})
    found = served(roster(rotation(windows=nights)), local(2026, 11, 23, 8), local(2026, 11, 25, 8))
    assert found == [("a", "23 20:00", "24 06:00"), ("b", "24 20:00", "25 06:00")]


def test_hand_over_stays_at_its_hour_where_clocks_are_changed() -> None:
    spring = roster(rotation(start=date(2026, 3, 28)), zone=BERLIN)
    found = shifts(spring, local(2026, 3, 28, 8, zone=BERLIN), local(2026, 3, 30, 8, zone=BERLIN))
    assert [shift.end - shift.start for shift in found] == [timedelta(hours=23), timedelta(hours=24)]
    autumn = roster(rotation(start=date(2026, 10, 24)), zone=BERLIN)
    found = shifts(autumn, local(2026, 10, 24, 8, zone=BERLIN), local(2026, 10, 26, 8, zone=BERLIN))
    assert [shift.end - shift.start for shift in found] == [timedelta(hours=25), timedelta(hours=24)]
    assert all(f"{shift.start.astimezone(BERLIN):%H:%M}" == "08:00" for shift in found)


def test_an_hour_that_never_comes_leaves_nobody_out_of_turn() -> None:
    hourly = roster(rotation(RotationKind.HOURLY, "a", "b", "c", start=date(2026, 3, 29), hand_over=0), zone=BERLIN)
    found = served(hourly, local(2026, 3, 29, 0, zone=BERLIN), local(2026, 3, 29, 5, zone=BERLIN))
    assert found == [
        ("a", "29 00:00", "29 01:00"),
        ("b", "29 01:00", "29 03:00"),
        ("a", "29 03:00", "29 04:00"),
        ("b", "29 04:00", "29 05:00"),
    ], "the turn from 02:00 to 03:00 does not exist that night"


def test_a_holiday_has_its_own_people_or_its_own_rotation() -> None:
    festive = rotation(RotationKind.DAILY, "c", id="festive", use=RotationUse.HOLIDAY, hand_over=0)
    days = (Holiday(date(2026, 11, 24), "festive"), Holiday(date(2026, 11, 25), None, ("d", "e")))
    found = roster(rotation(RotationKind.DAILY, "a"), festive, holidays=days)
    assert served(found, local(2026, 11, 23, 8), local(2026, 11, 26, 2)) == [
        ("a", "23 08:00", "24 00:00"),
        ("c", "24 00:00", "25 00:00"),
        ("d", "25 00:00", "26 00:00"),
        ("e", "25 00:00", "26 00:00"),
        ("a", "26 00:00", "26 02:00"),
    ]
    assert on_duty(found, local(2026, 11, 24, 12)) == (Duty("c", Why.HOLIDAY, "2026-11-24"),)


def test_overrides_add_remove_and_replace() -> None:
    noon, one, two, three = (local(2026, 11, 23, hour) for hour in (12, 13, 14, 15))
    changes = (
        Override("add", OverrideKind.ADD, noon, two, "c"),
        Override("remove", OverrideKind.REMOVE, noon, one, None, "a"),
        Override("replace", OverrideKind.REPLACE, two, three, "d", "a"),
        Override("nobody", OverrideKind.REPLACE, noon, three, "e", "b"),
    )
    found = roster(rotation(), overrides=changes)
    assert [tuple(duty.person for duty in on_duty(found, at)) for at in (noon, one, two, three)] == [
        ("c",),
        ("a", "c"),
        ("d",),
        ("a",),
    ]
    assert on_duty(found, two)[0] == Duty("d", Why.OVERRIDE, "replace", "a")


def test_layers_serve_side_by_side_and_a_person_is_on_duty_once() -> None:
    found = roster(rotation(RotationKind.DAILY, "a"), rotation(RotationKind.DAILY, "b", "a", id="second"))
    people = [[duty.person for duty in on_duty(found, local(2026, 11, day, 9))] for day in (23, 24)]
    assert people == [["a", "b"], ["a"]]


def test_nobody_before_the_first_turn() -> None:
    assert on_duty(roster(rotation()), local(2026, 11, 23, 7, 59)) == ()
