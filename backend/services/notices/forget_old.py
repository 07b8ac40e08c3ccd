"""How long the delivery log is kept: notices, attempts and replies of what is over, a portion at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from backend.services.alarm.ports import Clock

PORTION: Final = 100
"""Deleted in one transaction: a press waits behind no more."""
MOST_PORTIONS: Final = 50


class DeliveryLog(Protocol):
    """Notices with their attempts, and what was replied to them."""

    def forget(self, before: datetime, limit: int) -> int:
        """Deletes what ended before, of alerts that were closed before or of none; how many rows, at most `limit`.

        Nothing that belongs to an open alert, or is still being tried, is ever touched.
        """
        ...


@dataclass(frozen=True, slots=True)
class ForgetDeliveries:
    """The use case, a tick of the worker. `kept`: for so long after the closing."""

    log: DeliveryLog
    clock: Clock
    kept: timedelta

    def __call__(self) -> None:
        before = self.clock.now() - self.kept
        for _ in range(MOST_PORTIONS):
            if self.log.forget(before, PORTION) < PORTION:
                return
