"""How times are written on the wire: RFC 3339, UTC, milliseconds."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final

_RFC3339: Final = re.compile(r"(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}:\d{2})(\.\d+)?([Zz]|[+-]\d{2}:\d{2})", re.ASCII)

EARLIEST: Final = datetime(1970, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(2200, 1, 1, tzinfo=UTC)


def format_time(moment: datetime) -> str:
    """RFC 3339 with milliseconds and `Z`. `moment` must be aware."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def is_plausible(moment: datetime) -> bool:
    """Whether a device's `moment` may be kept: 1970 to 2199.

    A clock that was never set says 1970. What lies outside is noise, and databases and time zones stumble over
    the ends of the calendar.
    """
    return EARLIEST <= moment < LATEST


def parse_time(text: str) -> datetime | None:
    """The aware UTC moment that an RFC 3339 text names, or None where it names none."""
    match = _RFC3339.fullmatch(text)
    if match is None:
        return None
    day, clock, fraction, zone = match.groups()
    micros = (fraction or ".0")[1:7].ljust(6, "0")
    try:
        moment = datetime.fromisoformat(f"{day}T{clock}.{micros}{'+00:00' if zone in 'Zz' else zone}")
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def from_epoch(seconds: float) -> datetime | None:
    """The aware UTC moment `seconds` after 1970, or None where no calendar has it."""
    try:
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    except (OverflowError, ValueError):
        return None
