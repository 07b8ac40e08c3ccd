"""How fast a channel may be used: a notice that comes too early is told when its turn is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(slots=True)
class Rate:
    """One channel's turns, evenly spaced, with a burst at the start.

    Those that must wait are parked one interval behind another, so that a long queue comes due at the rate at which it
    can leave, and is looked at once and not each second. Not for several threads at once.
    """

    interval: timedelta
    burst: int
    _free_at: datetime | None = None
    _parked_until: datetime | None = None

    def admit(self, now: datetime) -> datetime | None:
        """None: go now, and a turn is taken. Else when to come again."""
        turn = max(self._free_at or now, now)
        if turn - self.interval * (self.burst - 1) <= now:
            self._free_at = turn + self.interval
            return None
        parked = max(self._parked_until or now, now) + self.interval
        self._parked_until = parked
        return parked


def per_minute(count: int) -> Rate:
    """`count` (from 1) notices a minute, of which a tenth may leave at once."""
    return Rate(timedelta(minutes=1) / count, max(1, count // 10))
