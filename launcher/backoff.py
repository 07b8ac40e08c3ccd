"""How long a child that ended waits before it is started again."""

from __future__ import annotations

from dataclasses import dataclass

FIRST_SECONDS = 0.2
FACTOR = 2.0
LONGEST_SECONDS = 5.0
HEALTHY_SECONDS = 30.0  # a run at least this long counts as good: the next end starts from the first delay again


@dataclass(frozen=True)
class Backoff:
    """Ends in a row without a good run between them."""

    ends: int = 0

    def after_end(self, ran_seconds: float) -> Backoff:
        return Backoff(1 if ran_seconds >= HEALTHY_SECONDS else self.ends + 1)

    @property
    def delay_seconds(self) -> float:
        """0.2, 0.4, 0.8, 1.6, 3.2, then 5 s; 0 before the first end."""
        return min(LONGEST_SECONDS, FIRST_SECONDS * FACTOR ** (self.ends - 1)) if self.ends else 0.0
