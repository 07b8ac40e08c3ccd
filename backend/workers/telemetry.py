"""Which ticks keep the telemetry store in order: roll-ups, retention, erasures that are due."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from backend.services.telemetry.erase_person import FinishErasures
from backend.services.telemetry.ports import Clock

ROLL_UP_SECONDS: Final = 10
RETAIN_SECONDS: Final = 3600
ERASE_SECONDS: Final = 10
ERASURES_AT_ONCE: Final = 20
SLOW_SECONDS: Final = 600.0
"""The first time that much has expired, forgetting takes minutes: not stuck, in slices."""
MOST_BATCHES: Final = 50
"""A tick ends after this many, so that a shutdown gets its turn; the rest is due at the next bell."""


@dataclass(frozen=True, slots=True)
class DueRollUps:
    """The tick that makes roll-ups of hours that are over. `roll_up`: takes epoch seconds, says how many it made."""

    roll_up: Callable[[float], int]
    clock: Clock

    def __call__(self) -> None:
        for _ in range(MOST_BATCHES):
            if self.roll_up(self.clock.now().timestamp()) == 0:
                return


@dataclass(frozen=True, slots=True)
class DueErasures:
    """The tick that finishes erasures, and repeats them against what came in late."""

    finish: FinishErasures

    def __call__(self) -> None:
        self.finish(ERASURES_AT_ONCE)
