"""Time in tests: a clock turned by hand, and waiting for a condition. The only file of the tests that sleeps."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final, TypeVar

T = TypeVar("T")
PATIENCE_SECONDS: Final = 60.0
"""To wait for what does come. They cost time only where it does not, and a loaded machine needs them."""


class ManualClock:
    """A clock that stands still until it is turned."""

    def __init__(self, start: datetime = datetime(2026, 11, 24, 3, 12, 45, tzinfo=UTC)) -> None:
        self._now = start
        self._monotonic = 1000.0

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._monotonic

    def turn(self, span: timedelta) -> None:
        """Let `span` pass (it may be negative for the wall clock alone)."""
        self._now += span
        self._monotonic += max(0.0, span.total_seconds())


def wait_until(
    condition: Callable[[], T | None], what: str, seconds: float = PATIENCE_SECONDS, every: float = 0.02
) -> T:
    """The first truthy answer of `condition`; AssertionError naming `what` after `seconds`."""
    limit = time.monotonic() + seconds
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > limit:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(every)


def stopwatch() -> float:
    """Seconds of a clock that only runs forward, for bounding loops."""
    return time.monotonic()


def wall_now() -> datetime:
    """The aware UTC time of day, as a terminal's own clock tells it."""
    return datetime.now(UTC)
