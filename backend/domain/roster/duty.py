"""Who is on duty: rotations side by side, holidays in their stead, overrides on top."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Final

from backend.domain.roster.model import (
    Duty,
    Holiday,
    Override,
    OverrideKind,
    Roster,
    RotationUse,
    Shift,
    Why,
)
from backend.domain.roster.stretches import local_date, midnight
from backend.domain.roster.turns import turns

_INSTANT: Final = timedelta(microseconds=1)
"""The smallest span that a datetime tells apart."""


def on_duty(roster: Roster, at: datetime) -> tuple[Duty, ...]:
    """Everybody on duty at `at` (aware), each once, with the reason; in the order of the layers."""
    return next(duties(roster, at, at + _INSTANT))[2]


def shifts(roster: Roster, start: datetime, end: datetime) -> tuple[Shift, ...]:
    """Who serves from when until when, between two instants; by start, end, person. Adjoining parts are one shift."""
    start, end = start.astimezone(UTC), end.astimezone(UTC)
    found: list[Shift] = []
    running: dict[Duty, datetime] = {}
    for begins, _, present in duties(roster, start, end):
        for duty in [duty for duty in running if duty not in present]:
            found.append(Shift(running.pop(duty), begins, duty))
        for duty in present:
            running.setdefault(duty, begins)
    found += [Shift(since, end, duty) for duty, since in running.items()]
    return tuple(sorted(found, key=lambda shift: (shift.start, shift.end, shift.person)))


def duties(roster: Roster, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime, tuple[Duty, ...]]]:
    """The time between two instants, piece by piece without a break, with everybody on duty in each."""
    # Arithmetic on local datetimes is wall-clock arithmetic: from here on everything is UTC.
    start, end = start.astimezone(UTC), end.astimezone(UTC)
    planned = list(_planned(roster, start, end))
    overrides = [override for override in roster.overrides if override.start < end and override.end > start]
    edges = {start, end, *(edge for shift in planned for edge in (shift.start, shift.end))}
    edges |= {edge for override in overrides for edge in (override.start, override.end)}
    edges = {edge for edge in edges if start <= edge <= end}
    waiting = sorted(enumerate(planned), key=lambda entry: entry[1].start, reverse=True)
    active: dict[int, Shift] = {}
    for begins, ends in pairwise(sorted(edges)):
        while waiting and waiting[-1][1].start <= begins:
            number, shift = waiting.pop()
            active[number] = shift
        active = {number: shift for number, shift in active.items() if shift.end > begins}
        base = [active[number].duty for number in sorted(active)]
        yield begins, ends, _overridden(base, overrides, begins)


def _planned(roster: Roster, start: datetime, end: datetime) -> Iterator[Shift]:
    """What rotations and holidays say, layer by layer."""
    holidays = sorted(_holidays_between(roster, start, end), key=lambda holiday: holiday.day)
    for rotation in roster.rotations:
        if rotation.use is RotationUse.REGULAR:
            for begins, ends in _free(holidays, start, end, roster):
                for person, (since, until) in turns(rotation, begins, ends, roster.zone):
                    yield Shift(since, until, Duty(person, Why.ROTATION, rotation.id))
    for holiday in holidays:
        yield from _served(holiday, roster, start, end)


def _served(holiday: Holiday, roster: Roster, start: datetime, end: datetime) -> Iterator[Shift]:
    begins, ends = _day(holiday, roster)
    begins, ends = max(begins, start), min(ends, end)
    for person in holiday.people:
        yield Shift(begins, ends, Duty(person, Why.HOLIDAY, holiday.day.isoformat()))
    for rotation in roster.rotations:
        if rotation.id == holiday.rotation_id:
            for person, (since, until) in turns(rotation, begins, ends, roster.zone):
                yield Shift(since, until, Duty(person, Why.HOLIDAY, holiday.day.isoformat()))


def _holidays_between(roster: Roster, start: datetime, end: datetime) -> Iterator[Holiday]:
    first, last = local_date(start, roster.zone), local_date(end, roster.zone)
    for holiday in roster.holidays:
        if first <= holiday.day <= last:
            begins, ends = _day(holiday, roster)
            if max(begins, start) < min(ends, end):
                yield holiday


def _day(holiday: Holiday, roster: Roster) -> tuple[datetime, datetime]:
    return midnight(holiday.day, roster.zone), midnight(holiday.day + timedelta(days=1), roster.zone)


def _free(
    holidays: Sequence[Holiday], start: datetime, end: datetime, roster: Roster
) -> Iterator[tuple[datetime, datetime]]:
    """The time that no holiday takes."""
    now = start
    for holiday in holidays:
        begins, ends = _day(holiday, roster)
        if now < begins:
            yield now, begins
        now = max(now, ends)
    if now < end:
        yield now, end


def _overridden(base: Sequence[Duty], overrides: Sequence[Override], at: datetime) -> tuple[Duty, ...]:
    present: dict[str, Duty] = {}
    for duty in base:
        present.setdefault(duty.person, duty)
    for override in overrides:
        if override.start <= at < override.end:
            present = _apply(present, override)
    return tuple(present.values())


def _apply(present: dict[str, Duty], override: Override) -> dict[str, Duty]:
    if override.kind is not OverrideKind.ADD and override.replaced not in present:
        return present
    left = {person: duty for person, duty in present.items() if person != override.replaced}
    if override.kind is not OverrideKind.REMOVE and override.person is not None:
        left.setdefault(override.person, Duty(override.person, Why.OVERRIDE, override.id, override.replaced))
    return left
