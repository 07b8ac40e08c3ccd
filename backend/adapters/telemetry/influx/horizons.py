"""Before which moment each kind of telemetry is not shown any more, whatever the server still keeps in its shards.

Nothing is deleted by it but latest values; readings are deleted by the server, by its buckets' retention.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog

from backend.adapters.telemetry.influx.backlog import Backlog
from backend.adapters.telemetry.units import HOUR, floor, micros, moment
from backend.services.telemetry.retention import Retention

_RAW: Final = "raw_from"
_MINUTES: Final = "minutes_from"
_HOURS: Final = "hours_from"
_BELIEVED: Final = "retained_at"
"""What the clock said when it was last believed."""
_NEVER: Final = -(2**62)
JUMP: Final = timedelta(days=1)
"""A clock further ahead than this of the time that has passed may be wrong, and is not believed at once."""

log = structlog.get_logger("backend.telemetry.influx")


@dataclass(frozen=True, slots=True)
class Horizons:
    """Moments in microseconds since 1970; kept in the backlog, so that all processes of a host agree."""

    raw: int
    minutes: int
    hours: int

    @classmethod
    def kept(cls, backlog: Backlog) -> Horizons:
        """What the last retention said. Raises `TelemetryAway`."""
        marks = backlog.marks()
        return cls(marks.get(_RAW, _NEVER), marks.get(_MINUTES, _NEVER), marks.get(_HOURS, _NEVER))

    @classmethod
    def at(cls, now: datetime, retention: Retention) -> Horizons:
        """What the retention says at `now`, in whole hours."""
        return cls(*(floor(micros(now - kept), HOUR) for kept in (retention.raw, retention.minutes, retention.hours)))

    def doubts(self, at: int, retention: Retention) -> bool:
        """Whether a server that finds a point of that moment too old must be wrong: it is half as old at the most.

        So wide, because after months switched off these moments are behind for a while.
        """
        return self.raw != _NEVER and at > self.raw + retention.raw // timedelta(microseconds=2)


class Retaining:
    """Moves the horizons with the clock: back with it at once, so that a wrong one leaves no trace; ahead with care."""

    def __init__(self, backlog: Backlog, retention: Retention, monotonic: Callable[[], float]) -> None:
        self._backlog = backlog
        self._retention = retention
        self._monotonic = monotonic
        self._passed_since = monotonic()
        self._believed: datetime | None = None
        self._told = False

    def __call__(self, now: datetime) -> None:
        """Let what the retention says at `now` be in force. Raises `TelemetryAway`.

        A clock that jumped ahead is followed at twice the speed of the time that really passes: after a week switched
        off the horizons are right again a week later, and an hour with a wrong clock moves them by one hour too far.
        """
        passed = self._monotonic()
        elapsed = timedelta(seconds=passed - self._passed_since)
        believed = self._believed or self._known() or now
        if now > believed + elapsed + JUMP:
            self._tell(now - believed - elapsed)
            now = min(now, believed + 2 * elapsed)
        # A clock that fell back may come back to where it was: it is followed, and what was believed stays.
        if now >= believed + elapsed - JUMP:
            believed, self._passed_since = now, passed
        self._keep(Horizons.at(now, self._retention), believed)
        self._believed = believed

    def _known(self) -> datetime | None:
        known = self._backlog.marks().get(_BELIEVED)
        return None if known is None else moment(known)

    def _keep(self, horizons: Horizons, believed: datetime) -> None:
        self._backlog.set_marks(
            {_RAW: horizons.raw, _MINUTES: horizons.minutes, _HOURS: horizons.hours, _BELIEVED: micros(believed)}
        )
        self._backlog.forget_latest_before(horizons.raw)

    def _tell(self, ahead: timedelta) -> None:
        if not self._told:
            log.warning("influx_clock_jumped", ahead_seconds=round(ahead.total_seconds()))
        self._told = True
