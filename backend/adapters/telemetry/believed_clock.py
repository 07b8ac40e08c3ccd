"""How far a clock is believed before readings are deleted by it: what a wrong clock deletes, nobody brings back."""

from __future__ import annotations

from typing import Final

from backend.adapters.telemetry.units import HOUR

DAY: Final = 24 * HOUR
JUMP: Final = DAY
"""A clock further off than this from the time that has passed jumped: daylight saving and drift stay far below."""
PATIENCE: Final = 7 * DAY
"""So long a clock that jumped ahead must stand before it is believed: a week in which somebody sees it at the desk."""
CATCH_UP: Final = 2
"""Meanwhile what is believed runs twice as fast as time: a machine that is off at weekends keeps up, and a wrong clock
deletes hardly more than a right one would have."""


def believed(known: int | None, now: int, passed: int, stood: int) -> int:
    """The time to forget by, in microseconds since 1970; never after `now` by more than `JUMP`.

    `known`: what was believed last, `passed` microseconds ago; `stood`: how long the clock has been ahead since it
    jumped. A clock that is behind is believed at once: that deletes nothing.
    """
    if known is None or now < known - JUMP or stood >= PATIENCE:
        return now
    if now > known + passed + JUMP:
        return known + CATCH_UP * passed
    return max(known, now)
