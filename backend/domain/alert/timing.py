"""When a press happened, and whether the platform learned of it late."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from contract.vocabulary import Flag

LATE_AFTER: Final = timedelta(seconds=60)
"""A press older than this is marked with its age: the promised answer within 60 s is past (issue 3, item 9)."""
CLOCK_AHEAD: Final = timedelta(seconds=60)
"""A device clock further ahead of the gateway's is wrong."""
CLOCK_BEHIND: Final = timedelta(days=30)
"""A device clock further behind is taken for a clock that was never set, not for a press of last month."""


@dataclass(frozen=True, slots=True)
class PressTime:
    """`pressed_at` is never after `received_at`; `late` None means fresh; `flags` say what was odd about the clock.

    `skew`: how far the device's clock is ahead of the gateway's (negative: behind), where that is not plausible.
    """

    pressed_at: datetime
    late: timedelta | None
    flags: tuple[Flag, ...]
    skew: timedelta | None = None

    @property
    def ahead(self) -> timedelta:
        """How much later a time must be written so that this device's clock takes it for what it is."""
        return max(self.skew or timedelta(0), timedelta(0))


def press_time(device_time: datetime | None, received_at: datetime, retained: bool, now: datetime) -> PressTime:
    """Device time where it is plausible, else the gateway's. A retained message is a replay, so always late."""
    flags: list[Flag] = []
    pressed_at = received_at
    skew: timedelta | None = None
    if device_time is not None:
        if received_at - CLOCK_BEHIND <= device_time <= received_at + CLOCK_AHEAD:
            pressed_at = min(device_time, received_at)
        else:
            flags.append(Flag.CLOCK_SKEW)
            skew = device_time - received_at
    late = age(pressed_at, retained, now)
    if retained:
        flags.append(Flag.RETAINED)
    if late is not None:
        flags.append(Flag.LATE)
    return PressTime(pressed_at, late, tuple(flags), skew)


def age(pressed_at: datetime, retained: bool, now: datetime) -> timedelta | None:
    """How old a press is, or None where it is fresh."""
    old = max(now - pressed_at, timedelta(0))
    return old if retained or old > LATE_AFTER else None
