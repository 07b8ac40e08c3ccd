"""How the telemetry file writes moments, spans and lists of ids: microseconds since 1970, at most 500 ids at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta
from typing import Final

MINUTE: Final = 60_000_000
HOUR: Final = 60 * MINUTE
CHUNK: Final = 500
"""Ids per statement: below SQLite's limit of variables."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_FAR_LIMIT: Final = 2**62


def micros(moment: datetime) -> int:
    """A moment as the file keeps it."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def moment(value: int) -> datetime:
    """The moment of so many microseconds since 1970."""
    return _EPOCH + timedelta(microseconds=value)


def bound(seconds: float) -> int:
    """Epoch seconds as microseconds, infinities included."""
    return round(max(-_FAR_LIMIT / 1e6, min(seconds, _FAR_LIMIT / 1e6)) * 1e6)


def floor(at: int, width: int) -> int:
    """The last multiple of `width` that is not after `at`."""
    return at - at % width


def ceiling(at: int, width: int) -> int:
    """The first multiple of `width` that is not before `at`."""
    return at + -at % width


def chunks(ids: Collection[str]) -> Iterable[list[str]]:
    """`ids` in lists of at most `CHUNK`."""
    ordered = sorted(ids)
    return (ordered[start : start + CHUNK] for start in range(0, len(ordered), CHUNK))
