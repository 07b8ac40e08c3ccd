"""Before which moment each kind of telemetry is forgotten, whatever the server still keeps in its shards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from backend.adapters.telemetry.influx.backlog import Backlog
from backend.adapters.telemetry.units import HOUR, floor, micros
from backend.services.telemetry.retention import Retention

_RAW: Final = "raw_from"
_MINUTES: Final = "minutes_from"
_HOURS: Final = "hours_from"
_NEVER: Final = -(2**62)


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

    def moved_to(self, now: datetime, retention: Retention) -> Horizons:
        """The later of these and what the retention says at `now`, in whole hours: nothing forgotten comes back."""
        raw, minutes, hours = (
            floor(micros(now - kept), HOUR) for kept in (retention.raw, retention.minutes, retention.hours)
        )
        return Horizons(max(self.raw, raw), max(self.minutes, minutes), max(self.hours, hours))

    def keep(self, backlog: Backlog) -> None:
        """Let them be in force."""
        backlog.set_marks({_RAW: self.raw, _MINUTES: self.minutes, _HOURS: self.hours})
        backlog.forget_latest_before(self.raw)
