"""For any hours: what is written is read again, and the next change is exactly where open turns into closed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from backend.domain.organisation.hours import (
    Hours,
    HoursRefused,
    Span,
    is_open,
    make_hours,
    next_change,
    read_hours,
    write_hours,
)
from backend.domain.organisation.hours_text import format_hours, parse_hours

ZONES = st.sampled_from([ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")])
START = datetime(2026, 1, 1, tzinfo=UTC)
MOMENTS = st.integers(0, 2 * 366 * 86_400).map(lambda seconds: START + timedelta(seconds=seconds))


@st.composite
def _day(draw: st.DrawFn) -> list[Span]:
    cuts = sorted(draw(st.sets(st.integers(0, 1440), max_size=6)))
    spans = [Span(cuts[index], cuts[index + 1]) for index in range(0, len(cuts) - 1, 2)]
    if spans and draw(st.booleans()) and spans[-1].opens > 0:
        last = spans.pop()
        spans.append(Span(last.opens, draw(st.integers(1, last.opens - 1)) if last.opens > 1 else last.closes))
    return spans


HOURS = st.builds(make_hours, st.dictionaries(st.integers(0, 6), _day()))


@given(st.none() | HOURS)
def test_hours_survive_being_written(hours: Hours | None) -> None:
    assert read_hours(write_hours(hours)) == hours
    assert parse_hours(format_hours(hours, chinese=True)) == hours
    assert parse_hours(format_hours(hours, chinese=False)) == hours


@given(HOURS, MOMENTS, ZONES)
def test_nothing_changes_before_the_next_change(hours: Hours, at: datetime, zone: ZoneInfo) -> None:
    change = next_change(hours, at, zone)
    now = is_open(hours, at, zone)
    until = change if change is not None else at + timedelta(days=15)
    assert until > at
    for part in range(100):
        assert is_open(hours, at + (until - at) * part / 100, zone) is now
    if change is not None:
        assert is_open(hours, change, zone) is not now


@given(HOURS, MOMENTS)
def test_where_clocks_never_change_it_is_what_the_wall_says(hours: Hours, at: datetime) -> None:
    zone = ZoneInfo("Asia/Shanghai")
    local = at.astimezone(zone)
    minute = local.hour * 60 + local.minute
    today, yesterday = hours.days[local.weekday()], hours.days[(local.weekday() - 1) % 7]
    expected = any(span.opens <= minute < span.opens + span.minutes for span in today) or any(
        minute + 1440 < span.opens + span.minutes for span in yesterday
    )
    assert is_open(hours, at, zone) is expected


@given(st.text(alphabet="monfrisat周一至五日 0123456789:-,;、；全天每", max_size=40) | st.text(max_size=40))
def test_any_text_is_hours_or_refused(text: str) -> None:
    try:
        hours = parse_hours(text)
    except HoursRefused:
        return
    assert parse_hours(format_hours(hours, chinese=True)) == hours
