"""Whose turn it is in a rotation: turns by the local clock, cut down to the weekly windows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from backend.domain.organisation.hours import Hours, is_open, next_change
from backend.domain.roster.model import Rotation, RotationKind

_UNITS: Final = {
    RotationKind.HOURLY: timedelta(hours=1),
    RotationKind.DAILY: timedelta(days=1),
    RotationKind.WEEKLY: timedelta(weeks=1),
}
Stretch = tuple[datetime, datetime]


def turns(rotation: Rotation, start: datetime, end: datetime, zone: ZoneInfo) -> Iterator[tuple[str, Stretch]]:
    """Who serves when, between two instants; in order, without those parts of a turn that lie outside."""
    if not rotation.participants:
        return
    first = datetime.combine(rotation.start, time(rotation.hand_over // 60, rotation.hand_over % 60))
    length = _UNITS[rotation.kind] * rotation.length
    # One turn more on each side: where clocks are changed, local time and elapsed time differ by an hour.
    number = max(0, (_local(start, zone) - first) // length - 1)
    last = (_local(end, zone) - first) // length + 1
    while number <= last:
        begins = _instant(first + number * length, zone)
        ends = _instant(first + (number + 1) * length, zone)
        person = rotation.participants[number % len(rotation.participants)]
        for stretch in within(rotation.windows, max(begins, start), min(ends, end), zone):
            yield person, stretch
        number += 1


def within(hours: Hours | None, start: datetime, end: datetime, zone: ZoneInfo) -> Iterator[Stretch]:
    """Those parts of the time between two instants that lie within weekly hours; None: all of it."""
    now = start
    while now < end:
        change = next_change(hours, now, zone)
        until = end if change is None else min(change, end)
        if is_open(hours, now, zone):
            yield now, until
        now = until


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """When a local date begins, UTC; where clocks skip midnight, the first moment after."""
    return _instant(datetime.combine(day, time()), zone)


def local_date(at: datetime, zone: ZoneInfo) -> date:
    """Which date clocks show."""
    return at.astimezone(zone).date()


def _local(at: datetime, zone: ZoneInfo) -> datetime:
    return at.astimezone(zone).replace(tzinfo=None)


def _instant(local: datetime, zone: ZoneInfo) -> datetime:
    # fold 0: of a time that comes twice the first, of one that never comes what the old offset makes of it.
    return local.replace(tzinfo=zone).astimezone(UTC)
