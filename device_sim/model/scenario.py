"""What happens by itself in the district: heartbeats, telemetry, and presses only where they were asked for."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from random import Random
from typing import Final

from contract.vocabulary import SOS


class Duty(StrEnum):
    """What a device does at its regular times."""

    HEARTBEAT = "heartbeat"
    TELEMETRY = "telemetry"


@dataclass(frozen=True, slots=True)
class Scenario:
    """A calm day. Periods in seconds; `presses_per_hour` over the whole fleet, 0 for none."""

    heartbeat_seconds: float = 60.0
    telemetry_seconds: float = 60.0
    presses_per_hour: float = 0.0

    def period(self, duty: Duty) -> float:
        """Seconds between two of `duty`."""
        return self.heartbeat_seconds if duty is Duty.HEARTBEAT else self.telemetry_seconds

    def first(self, duty: Duty, dice: Random) -> float:
        """Seconds to the first of `duty`: anywhere in its period, so that a fleet does not beat in step."""
        return dice.uniform(0, self.period(duty))

    def until_press(self, dice: Random) -> float | None:
        """Seconds to the next spontaneous press (a Poisson process), or None where there are none."""
        return dice.expovariate(self.presses_per_hour / 3600) if self.presses_per_hour > 0 else None


_WEIGHTS: Final = {SOS: 5, "care.family.pressed": 2, "care.service.pressed": 2, "care.checkin.pressed": 1}
"""A guess for a lively demonstration, not a measurement."""


def spontaneous_type(dice: Random) -> str:
    """The event type of a spontaneous press."""
    return dice.choices(list(_WEIGHTS), list(_WEIGHTS.values()))[0]
