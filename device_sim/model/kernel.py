"""What is due next in a simulation: a queue ordered by time that never looks at a clock."""

from __future__ import annotations

import heapq
from typing import Generic, TypeVar

T = TypeVar("T")


class Kernel(Generic[T]):
    """Items with the time (seconds) at which each falls due; equal times keep the order of scheduling."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, T]] = []
        self._scheduled = 0

    def schedule(self, at: float, item: T) -> None:
        """Let `item` fall due at `at`."""
        heapq.heappush(self._heap, (at, self._scheduled, item))
        self._scheduled += 1

    def due(self, now: float) -> list[T]:
        """Take out and return what has fallen due by `now`, earliest first."""
        items: list[T] = []
        while self._heap and self._heap[0][0] <= now:
            items.append(heapq.heappop(self._heap)[2])
        return items

    @property
    def next_at(self) -> float | None:
        """When the next item falls due, or None."""
        return self._heap[0][0] if self._heap else None
