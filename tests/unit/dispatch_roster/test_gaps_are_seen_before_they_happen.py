"""The forecast: where nobody can be reached, why, and how good the roster is as a figure."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from backend.domain.escalation.targets import DutyRole
from backend.domain.organisation.hours import Span, make_hours
from backend.domain.roster.gaps import AHEAD, forecast, gaps
from backend.domain.roster.model import Gap, Holiday, Roster, Rotation, RotationKind, RotationUse, Uncovered

NOW = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)
"""Monday, 08:00 in Shanghai."""
SHANGHAI = ZoneInfo("Asia/Shanghai")


def roster(*layers: tuple[str, ...], **parts) -> Roster:
    made = tuple(
        Rotation(f"r{number}", RotationKind.DAILY, date(2026, 11, 1), 1, 480, people)
        for number, people in enumerate(layers)
    )
    return Roster("x", "o", DutyRole.OPERATOR, SHANGHAI, made, **parts)


def all_reached(_person: str) -> None:
    return None


def mute(*people: str, reason: Uncovered = Uncovered.NO_VERIFIED_CHANNEL):
    return lambda person: reason if person in people else None


def test_one_person_at_all_times_is_85_and_two_are_100() -> None:
    assert forecast(roster(("a", "b")), NOW, all_reached).score == 85
    two = forecast(roster(("a",), ("b",)), NOW, all_reached)
    assert (two.score, two.gaps, two.needed_hours, two.single_hours) == (100, (), 672.0, 0.0)
    assert two.end - two.start == AHEAD == timedelta(days=28)


def test_nobody_is_one_gap_of_28_days_and_worth_nothing() -> None:
    found = forecast(roster(), NOW, all_reached)
    assert found.gaps == (Gap(NOW, NOW + AHEAD, Uncovered.NOBODY_ROSTERED),)
    assert (found.score, found.covered_hours) == (0, 0.0)


def test_a_person_whom_nothing_reaches_is_a_gap_with_its_reason() -> None:
    found = gaps(roster(("a", "b")), NOW, NOW + timedelta(days=2), mute("b"))
    assert found == (Gap(NOW + timedelta(days=1), NOW + timedelta(days=2), Uncovered.NO_VERIFIED_CHANNEL, ("b",)),)
    inactive = gaps(roster(("a",)), NOW, NOW + timedelta(days=2), mute("a", reason=Uncovered.INACTIVE))
    assert inactive == (Gap(NOW, NOW + timedelta(days=2), Uncovered.INACTIVE, ("a",)),)
    assert gaps(roster(("a",), ("b",)), NOW, NOW + timedelta(days=2), mute("b")) == (), "the other one is there"


def test_what_is_not_needed_is_no_gap() -> None:
    by_day = make_hours({day: [Span(480, 1020)] for day in range(5)})
    found = forecast(roster(needed=by_day), NOW, all_reached)
    assert len(found.gaps) == 20
    assert found.needed_hours == 20 * 9
    assert found.gaps[0] == Gap(NOW, NOW + timedelta(hours=9), Uncovered.NOBODY_ROSTERED)
    assert forecast(roster(needed=make_hours({})), NOW, all_reached).score == 100


@pytest.mark.parametrize(("opens", "closes", "worse"), [(22 * 60, 6 * 60, True), (10 * 60, 18 * 60, False)])
def test_a_gap_by_night_weighs_more(opens: int, closes: int, worse: bool) -> None:
    gap = make_hours({day: [Span(closes, opens)] for day in range(7)})
    found = roster(("a",), ("b",))
    limited = replace(found, rotations=tuple(replace(each, windows=gap) for each in found.rotations))
    score = forecast(limited, NOW, all_reached).score
    # Of 24 hours 8 count double, so 32; a third of the night or of the day is missing.
    assert score == (50 if worse else 75)


def test_a_gap_on_a_holiday_weighs_more() -> None:
    found = roster(("a",), ("b",), holidays=(Holiday(date(2026, 12, 1)),))
    empty_day = forecast(found, NOW, all_reached)
    assert [(gap.end - gap.start) for gap in empty_day.gaps] == [timedelta(days=1)]
    # 28 days of 32, one of them of 56: 840 of 896 + 24.
    assert empty_day.score == int(100 * (27 * 32) / (27 * 32 + 56))
    served = replace(found, holidays=(Holiday(date(2026, 12, 1), None, ("c", "d")),))
    assert forecast(served, NOW, all_reached).score == 100


def test_a_rotation_for_holidays_covers_no_other_day() -> None:
    only = Rotation("f", RotationKind.DAILY, date(2026, 11, 1), 1, 0, ("a",), use=RotationUse.HOLIDAY)
    found = Roster("x", "o", DutyRole.OPERATOR, SHANGHAI, (only,), (Holiday(date(2026, 11, 24), "f"),))
    hours = sum((gap.end - gap.start for gap in gaps(found, NOW, NOW + timedelta(days=7), all_reached)), timedelta())
    assert hours == timedelta(days=6)
