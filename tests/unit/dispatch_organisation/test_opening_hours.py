"""When an organisation is open: over noon, over midnight, over a change of clocks; and how people write it."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from backend.domain.organisation.hours import Hours, HoursFault, HoursRefused, is_open, next_change, read_hours
from backend.domain.organisation.hours_text import format_hours, parse_hours

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = read_hours({day: [["08:00", "12:00"], ["13:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")})
NIGHT = read_hours({"fri": [["22:00", "06:00"]]})


def _at(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


@pytest.mark.parametrize(
    ("hours", "at", "open_"),
    [
        (OFFICE, "2026-11-23 07:59:59", False),
        (OFFICE, "2026-11-23 08:00:00", True),
        (OFFICE, "2026-11-23 12:30:00", False),
        (OFFICE, "2026-11-23 16:59:59", True),
        (OFFICE, "2026-11-23 17:00:00", False),
        (OFFICE, "2026-11-28 10:00:00", False),
        (NIGHT, "2026-11-27 23:00:00", True),
        (NIGHT, "2026-11-28 05:59:00", True),
        (NIGHT, "2026-11-28 06:00:00", False),
        (NIGHT, "2026-11-27 05:00:00", False),
        (None, "2026-11-28 03:00:00", True),
        (read_hours({}), "2026-11-23 10:00:00", False),
    ],
)
def test_open_by_the_clock_on_the_wall(hours: Hours | None, at: str, open_: bool) -> None:
    assert is_open(hours, _at(at), SHANGHAI) is open_


@pytest.mark.parametrize(
    ("hours", "at", "change"),
    [
        (OFFICE, "2026-11-23 07:00", "2026-11-23 08:00"),
        (OFFICE, "2026-11-23 08:00", "2026-11-23 12:00"),
        (OFFICE, "2026-11-27 17:00", "2026-11-30 08:00"),
        (NIGHT, "2026-11-28 01:00", "2026-11-28 06:00"),
        (NIGHT, "2026-11-28 06:00", "2026-12-04 22:00"),
        (None, "2026-11-28 06:00", None),
        (read_hours({}), "2026-11-28 06:00", None),
        (parse_hours("daily 00:00-24:00"), "2026-11-28 06:00", None),
        (parse_hours("Mon-Sun 08:00-20:00,20:00-08:00"), "2026-11-28 06:00", None),
    ],
)
def test_when_it_changes_next(hours: Hours | None, at: str, change: str | None) -> None:
    expected = _at(change).astimezone(UTC) if change else None
    assert next_change(hours, _at(at), SHANGHAI) == expected


def test_clocks_that_are_put_forward_and_back_leave_nobody_out() -> None:
    hours = read_hours({"sun": [["01:00", "02:30"]]})
    # Put forward at 02:00: 02:30 never comes, half an hour after 02:00 has passed it is closed.
    assert next_change(hours, _at("2026-03-29 01:30", BERLIN), BERLIN) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    # Put back at 03:00: 02:30 comes twice, open until the second.
    assert is_open(hours, datetime(2026, 10, 25, 1, 15, tzinfo=UTC), BERLIN)
    assert next_change(hours, _at("2026-10-25 01:30", BERLIN), BERLIN) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "english"),
    [
        ("Mon-Fri 08:00-17:00; Sat 08:00-12:00", "Mon-Fri 08:00-17:00; Sat 08:00-12:00"),
        ("周一至周五 08:00-17:00；周六 08:00-12:00", "Mon-Fri 08:00-17:00; Sat 08:00-12:00"),
        ("星期一到星期五 8:00—12:00，13:00—17:00", "Mon-Fri 08:00-12:00,13:00-17:00"),
        ("工作日 08:00-17:00\n周末 09:00-11:00", "Mon-Fri 08:00-17:00; Sat-Sun 09:00-11:00"),
        ("08:00-17:00", "Mon-Sun 08:00-17:00"),
        ("每天：08：00～17：00", "Mon-Sun 08:00-17:00"),
        ("Mon, Wed, Fri 22:00-06:00", "Mon 22:00-06:00; Wed 22:00-06:00; Fri 22:00-06:00"),
        ("Monday to Friday: 08:00 to 17:00", "Mon-Fri 08:00-17:00"),
        ("周六至周一 10:00-12:00", "Mon 10:00-12:00; Sat-Sun 10:00-12:00"),
        ("周日 全天", "Sun 00:00-24:00"),
        ("daily 08:00-00:00", "Mon-Sun 08:00-24:00"),
        ("全天", "always"),
        ("24/7", "always"),
        ("ALWAYS", "always"),
        ("不开放", "closed"),
        ("Sun closed; Mon 08:00-09:00", "Mon 08:00-09:00"),
    ],
)
def test_what_people_write_is_understood(text: str, english: str) -> None:
    hours = parse_hours(text)
    assert format_hours(hours, chinese=False) == english
    assert parse_hours(format_hours(hours, chinese=True)) == hours


@pytest.mark.parametrize(
    ("text", "reason", "piece"),
    [
        ("", HoursFault.NOT_A_SPAN, ""),
        ("Mon-Fri", HoursFault.NOT_A_SPAN, "mon-fri"),
        ("Mon-Fri 08:00", HoursFault.NOT_A_SPAN, "08:00"),
        ("Mon-Fri 08:00-25:00", HoursFault.NOT_A_TIME, "25:00"),
        ("Mon-Fri 08:61-12:00", HoursFault.NOT_A_TIME, "08:61"),
        ("Foo 08:00-12:00", HoursFault.NOT_A_DAY, "foo"),
        ("Mon,Mon 08:00-12:00", HoursFault.NOT_A_DAY, "mon,mon"),
        ("Mon 08:00-08:00", HoursFault.EMPTY_SPAN, "08:00-08:00"),
        ("Mon 08:00-12:00,11:00-13:00", HoursFault.OVERLAP, "mon 11:00"),
        ("Mon 08:00-12:00 maybe", HoursFault.NOT_A_SPAN, "08:00-12:00 maybe"),
        ("Mon 00:00-01:00,02:00-03:00,04:00-05:00,06:00-07:00,08:00-09:00,10:00-11:00,12:00-13:00",
         HoursFault.TOO_MANY, "mon"),
    ],
)  # fmt: skip
def test_what_is_not_understood_is_named(text: str, reason: HoursFault, piece: str) -> None:
    with pytest.raises(HoursRefused) as refused:
        parse_hours(text)
    assert (refused.value.reason, refused.value.piece) == (reason, piece)


@pytest.mark.parametrize("stored", [[], {"mon": "08:00"}, {"Mon": []}, {"mon": [["08:00"]]}, {"mon": [[8, 17]]}])
def test_stored_hours_of_another_shape_are_refused(stored: object) -> None:
    with pytest.raises(HoursRefused):
        read_hours(stored)
