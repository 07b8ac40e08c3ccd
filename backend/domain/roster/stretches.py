"""Stretches of time: which of them lie within weekly hours, and what two lists of them have in common."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from backend.domain.organisation.hours import DAY_MINUTES, Hours

Stretch = tuple[datetime, datetime]
"""From an instant (included) until another (excluded), both UTC."""


def within(hours: Hours | None, start: datetime, end: datetime, zone: ZoneInfo) -> Iterator[Stretch]:
    """Those parts of the time between two instants that lie within weekly hours, in order, as long as can be.

    None: all of it. The same moments as `hours.is_open` calls open, at once instead of one by one.
    """
    opened = [(start, end)] if hours is None else sorted(_openings(hours, start, end, zone))
    now = start
    since: datetime | None = None
    for begins, ends in opened:
        if since is not None and begins > now:
            yield since, now
            since = None
        begins, ends = max(begins, start), min(ends, end)
        if begins < ends:
            since, now = (begins, ends) if since is None else (since, max(now, ends))
    if since is not None:
        yield since, now


def common(first: Sequence[Stretch], second: Sequence[Stretch]) -> Iterator[Stretch]:
    """What two lists, each in order and without overlap, have in common."""
    one = two = 0
    while one < len(first) and two < len(second):
        begins, ends = max(first[one][0], second[two][0]), min(first[one][1], second[two][1])
        if begins < ends:
            yield begins, ends
        if first[one][1] < second[two][1]:
            one += 1
        else:
            two += 1


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """When a local date begins, UTC."""
    return instant(datetime.combine(day, time()), zone)


def local_date(at: datetime, zone: ZoneInfo) -> date:
    """Which date clocks show."""
    return at.astimezone(zone).date()


def local_time(at: datetime, zone: ZoneInfo) -> datetime:
    """What clocks show, without the zone."""
    return at.astimezone(zone).replace(tzinfo=None)


def instant(local: datetime, zone: ZoneInfo) -> datetime:
    """When clocks show it: of a time that comes twice the first, of one that never comes by the old offset."""
    return local.replace(tzinfo=zone, fold=0).astimezone(UTC)


def _openings(hours: Hours, start: datetime, end: datetime, zone: ZoneInfo) -> Iterator[Stretch]:
    # Two days back: a span may begin at the end of one day and last into the next, and clocks may be changed.
    day, last = local_date(start, zone) - timedelta(days=2), local_date(end, zone) + timedelta(days=1)
    while day <= last:
        for span in hours.days[day.weekday()]:
            opens = instant(_at(day, span.opens), zone)
            closes = _at(day, span.opens + span.minutes)
            # Where clocks are put back a time comes twice: open until the second.
            second = closes.replace(tzinfo=zone, fold=1).astimezone(UTC)
            yield opens, max(instant(closes, zone), second)
        day += timedelta(days=1)


def _at(day: date, minute: int) -> datetime:
    days, rest = divmod(minute, DAY_MINUTES)
    return datetime.combine(day + timedelta(days=days), time(rest // 60, rest % 60))
