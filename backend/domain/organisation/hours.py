"""When an organisation (or a contact) can be reached: weekly hours in local time, and when that changes next."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_MINUTES: Final = 24 * 60
MAX_SPANS: Final = 6
"""Spans of one day: more is a mistake, not opening hours."""
_CLOCK: Final = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])|24:00", re.ASCII)
_DAYS_AHEAD: Final = 8
"""A week repeats itself, so whatever changes has changed by then."""


class HoursRefused(Exception):  # noqa: N818 - an answer, not a fault of ours
    """Hours that mean nothing, with the reason and the piece that is wrong."""

    def __init__(self, reason: HoursFault, piece: str) -> None:
        super().__init__(f"{reason}: {piece}")
        self.reason = reason
        self.piece = piece


class HoursFault(StrEnum):
    """What is wrong with hours."""

    NOT_A_TIME = "not_a_time"
    NOT_A_DAY = "not_a_day"
    NOT_A_SPAN = "not_a_span"
    EMPTY_SPAN = "empty_span"
    OVERLAP = "overlap"
    TOO_MANY = "too_many"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Open from `opens` (minutes of the day, 0 to 1439) until `closes` (1 to 1440).

    `closes` before `opens` is on the next day. Both the same is refused: nobody knows whether that is all or nothing.
    """

    opens: int
    closes: int

    @property
    def minutes(self) -> int:
        """How long, 1 to 1440."""
        return (self.closes - self.opens) % DAY_MINUTES or DAY_MINUTES


ALL_DAY: Final = Span(0, DAY_MINUTES)


@dataclass(frozen=True, slots=True)
class Hours:
    """A week of spans, Monday first; a day without one is closed. *Always open* is None instead of an `Hours`."""

    days: tuple[tuple[Span, ...], ...]


def make_hours(days: Mapping[int, Iterable[Span]]) -> Hours:
    """Hours from spans by weekday (0 Monday to 6), sorted; raises `HoursRefused` where they overlap."""
    return Hours(tuple(_sorted(days.get(day, ()), DAYS[day]) for day in range(7)))


def _sorted(spans: Iterable[Span], day: str) -> tuple[Span, ...]:
    ordered = sorted(spans)
    if len(ordered) > MAX_SPANS:
        raise HoursRefused(HoursFault.TOO_MANY, day)
    for span in ordered:
        if span.opens == span.closes:
            raise HoursRefused(HoursFault.EMPTY_SPAN, f"{clock_text(span.opens)}-{clock_text(span.closes)}")
    for first, second in pairwise(ordered):
        if first.opens + first.minutes > second.opens:
            raise HoursRefused(HoursFault.OVERLAP, f"{day} {clock_text(second.opens)}")
    return tuple(ordered)


def is_open(hours: Hours | None, at: datetime, zone: ZoneInfo) -> bool:
    """Whether `at` (aware) lies within the hours as clocks show them in `zone`; None is always open."""
    if hours is None:
        return True
    return any(start <= at < end for start, end in _spans(hours, at, zone, range(-2, 2)))


def next_change(hours: Hours | None, at: datetime, zone: ZoneInfo) -> datetime | None:
    """When it opens or closes next after `at` (UTC); None where it never does."""
    if hours is None:
        return None
    start, end = None, None
    for opens, closes in sorted(_spans(hours, at, zone, range(-2, _DAYS_AHEAD + 1))):
        if end is not None and opens <= end:
            end = max(end, closes)
        elif end is not None and end > at:
            break
        else:
            start, end = opens, closes
    if start is None or end is None or end <= at:
        return None
    if start > at:
        return start
    # Open without a break for as long as a week and a day: it never closes.
    return end if end - at < timedelta(days=_DAYS_AHEAD - 1) else None


def _spans(hours: Hours, at: datetime, zone: ZoneInfo, offsets: range) -> Iterator[tuple[datetime, datetime]]:
    today = at.astimezone(zone).date()
    for offset in offsets:
        day = today + timedelta(days=offset)
        for span in hours.days[day.weekday()]:
            start, end = _opening(day, span.opens, zone), _closing(day, span.opens + span.minutes, zone)
            if start < end:
                yield start, end


def _opening(day: date, minute: int, zone: ZoneInfo) -> datetime:
    return _local(day, minute, zone, fold=0)


def _closing(day: date, minute: int, zone: ZoneInfo) -> datetime:
    # Where clocks are put back a time comes twice: open until the second. Where they are put forward it never comes,
    # and fold 0 is the later of the two readings.
    return max(_local(day, minute, zone, fold=0), _local(day, minute, zone, fold=1))


def _local(day: date, minute: int, zone: ZoneInfo, fold: int) -> datetime:
    days, rest = divmod(minute, DAY_MINUTES)
    clock = time(rest // 60, rest % 60, fold=fold)
    return datetime.combine(day + timedelta(days=days), clock, zone).astimezone(UTC)


def clock_minutes(text: str) -> int:
    """`08:30` as minutes of the day; `24:00` is 1440."""
    if not _CLOCK.fullmatch(text):
        raise HoursRefused(HoursFault.NOT_A_TIME, text)
    hour, minute = text.split(":")
    return int(hour) * 60 + int(minute)


def clock_text(minutes: int) -> str:
    """Minutes of the day as `08:30`."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def make_span(opens: str, closes: str) -> Span:
    """A span from two clock times; raises `HoursRefused`."""
    start, end = clock_minutes(opens), clock_minutes(closes)
    if start in (DAY_MINUTES, end):
        raise HoursRefused(HoursFault.EMPTY_SPAN, f"{opens}-{closes}")
    # Until midnight is until the end of this day, however it is written.
    return Span(start, end or DAY_MINUTES)


def read_hours(stored: object) -> Hours | None:
    """Hours as they are stored and sent, `{"mon": [["08:00","17:00"]], …}` or None; raises `HoursRefused`."""
    if stored is None:
        return None
    if not isinstance(stored, Mapping):
        raise HoursRefused(HoursFault.NOT_A_DAY, str(stored)[:40])
    days: dict[int, list[Span]] = {}
    for name, spans in stored.items():
        if name not in DAYS:
            raise HoursRefused(HoursFault.NOT_A_DAY, str(name)[:40])
        if not isinstance(spans, list | tuple):
            raise HoursRefused(HoursFault.NOT_A_SPAN, str(name))
        days[DAYS.index(name)] = [_read_span(span) for span in spans]
    return make_hours(days)


def _read_span(span: object) -> Span:
    match span:
        case [str(opens), str(closes)]:
            return make_span(opens, closes)
        case _:
            raise HoursRefused(HoursFault.NOT_A_SPAN, str(span)[:40])


def write_hours(hours: Hours | None) -> dict[str, list[list[str]]] | None:
    """Hours as they are stored and sent; days without a span are left out."""
    if hours is None:
        return None
    return {
        name: [[clock_text(span.opens), clock_text(span.closes)] for span in spans]
        for name, spans in zip(DAYS, hours.days, strict=True)
        if spans
    }
