"""Whose turn it is in a rotation: turns by the local clock, cut down to the weekly windows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from backend.domain.roster.model import Rotation, RotationKind
from backend.domain.roster.stretches import Stretch, common, instant, local_time, within

_UNITS: Final = {
    RotationKind.HOURLY: timedelta(hours=1),
    RotationKind.DAILY: timedelta(days=1),
    RotationKind.WEEKLY: timedelta(weeks=1),
}


def turns(rotation: Rotation, start: datetime, end: datetime, zone: ZoneInfo) -> Iterator[tuple[str, Stretch]]:
    """Who serves when, between two instants; in order, without those parts of a turn that lie outside."""
    if not rotation.participants:
        return
    first = datetime.combine(rotation.start, time(rotation.hand_over // 60, rotation.hand_over % 60))
    length = _UNITS[rotation.kind] * rotation.length
    open_now = list(within(rotation.windows, start, end, zone))
    # One turn more on each side: where clocks are changed, local time and elapsed time differ by an hour.
    number = max(0, (local_time(start, zone) - first) // length - 1)
    last = (local_time(end, zone) - first) // length + 1
    while number <= last:
        begins = instant(first + number * length, zone)
        ends = instant(first + (number + 1) * length, zone)
        person = rotation.participants[number % len(rotation.participants)]
        for stretch in common([(max(begins, start), min(ends, end))], open_now):
            yield person, stretch
        number += 1
