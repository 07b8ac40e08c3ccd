"""The only file of the simulator that reads a clock."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Wall time for what is written, monotonic seconds for what is waited for."""

    def now(self) -> datetime:
        """The aware UTC moment."""

    def monotonic(self) -> float:
        """Seconds of a clock that only runs forward."""


class SystemClock:
    """The machine's clocks."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()
