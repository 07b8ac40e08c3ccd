"""What a statement says: one device's day, and the district's, as the JSON that goes into the chain."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec

from backend.domain.accounting.account import Account
from backend.domain.accounting.day import Day, DayEvent, Figures, day_of, total
from contract.times import format_time

DISTRICT: Final = ""
"""The `device_id` of the line that ends a day: no device has it."""
SETTLED_AFTER: Final = timedelta(minutes=10)
"""A day is stated this long after its end: what was stored in its last second is committed and mostly answered."""
COMMITTED_AFTER: Final = timedelta(seconds=60)
"""Answers of this last while may not be committed yet; a statement counts those before, so that it can be proved."""


@dataclass(frozen=True, slots=True)
class Span:
    """A day as the people there have it: `begin` is in it, `end` is not."""

    day: date
    begin: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class LineFigures:
    """The part of a line that is summed up."""

    events: Figures
    sos: Figures


LINE: Final = msgspec.json.Decoder(LineFigures)


def span_of(day: date, zone: ZoneInfo) -> Span:
    """Midnight to midnight, whether the clocks were changed between or not."""
    begin = datetime(day.year, day.month, day.day, tzinfo=zone)
    following = day + timedelta(days=1)
    end = datetime(following.year, following.month, following.day, tzinfo=zone)
    return Span(day, begin, end)


def newest_settled(now: datetime, zone: ZoneInfo) -> date:
    """The last day that may be stated."""
    return (now - SETTLED_AFTER).astimezone(zone).date() - timedelta(days=1)


def device_figures(before: Account, events: Iterable[DayEvent], until: datetime) -> tuple[Day, dict[str, Any]]:
    """A device's day and its line. `until`: answers that were confirmed later do not count."""
    day = day_of(before, events)
    return day, {
        "events": asdict(day.events),
        "sos": asdict(day.sos),
        "account": asdict(day.account),
        "until": format_time(until),
    }


def district_figures(lines: Sequence[LineFigures]) -> dict[str, Any]:
    """The line that ends a day: the sums of the devices' lines before it, and how many there are."""
    return {
        "devices": len(lines),
        "events": asdict(total(line.events for line in lines)),
        "sos": asdict(total(line.sos for line in lines)),
    }
