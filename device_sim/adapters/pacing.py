"""How fast a fleet may connect: spread at the start, full jitter after a loss (reliability.md, rule 25)."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from random import Random
from typing import Final

FRESH_CEILING: Final = 5.0
"""Seconds; a device that was never connected tries sooner: its credential may have reached the broker only just."""


@dataclass(frozen=True, slots=True)
class Backoff:
    """Ceilings, in seconds, of the full jitter before a reconnect: at rest, and with a press pending."""

    at_rest: float = 60.0
    pressed: float = 5.0

    def delay(self, dice: Random, *, pressed: bool, fresh_failures: int | None) -> float:
        """Seconds to wait. `fresh_failures`: failed first connects, or None after an established connection."""
        ceiling = self.pressed if pressed else self.at_rest
        if fresh_failures is not None:
            ceiling = min(ceiling, FRESH_CEILING * 2.0 ** min(max(fresh_failures - 1, 0), 16))
        return dice.uniform(0, ceiling)


class ConnectGate:
    """At most `per_second` connects of the fleet begin in a second."""

    def __init__(self, per_second: float) -> None:
        self._gap = 1 / per_second
        self._free_at = 0.0

    async def pass_through(self) -> None:
        """Wait for a turn; turns are given in the order of asking."""
        now = asyncio.get_running_loop().time()
        turn = max(now, self._free_at)
        self._free_at = turn + self._gap
        if turn > now:
            await asyncio.sleep(turn - now)
