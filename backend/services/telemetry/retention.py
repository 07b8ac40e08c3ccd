"""How long each kind of telemetry is kept, and the use case that forgets what is older."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from backend.services.telemetry.ports import Clock, TelemetryStore


@dataclass(frozen=True, slots=True)
class Retention:
    """How long readings, minute and hour roll-ups are kept, by the devices' clocks; a coarser one the longer."""

    raw: timedelta = timedelta(days=90)
    minutes: timedelta = timedelta(days=365)
    hours: timedelta = timedelta(days=1825)


@dataclass(frozen=True, slots=True)
class Retain:
    """The use case of the retention tick. Any number of processes may run it; raises `TelemetryAway`."""

    store: TelemetryStore
    clock: Clock

    def __call__(self) -> None:
        """Forget what is older than its retention."""
        self.store.retain(self.clock.now().timestamp())
