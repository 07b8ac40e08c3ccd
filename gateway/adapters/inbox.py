"""How long deliveries of one kind are gathered before they go on: until there are enough, or the oldest has waited."""

from __future__ import annotations

import threading
from collections import deque

from gateway.core.ports import Clock, Delivery


class Inbox:
    """A bounded queue between the connection's thread and one intake."""

    def __init__(self, clock: Clock, capacity: int, most: int, age_seconds: float) -> None:
        self._clock = clock
        self._capacity = capacity
        self._most = most
        self._age = age_seconds
        self._queue: deque[tuple[float, Delivery]] = deque()
        self._changed = threading.Condition()
        self._closed = False

    def put(self, delivery: Delivery) -> bool:
        """At once; False when it is full."""
        with self._changed:
            if len(self._queue) >= self._capacity:
                return False
            self._queue.append((self._clock.monotonic(), delivery))
            if len(self._queue) == 1 or len(self._queue) >= self._most:
                self._changed.notify()
            return True

    def gather(self, patience_seconds: float) -> list[Delivery]:
        """The next batch; empty when nothing came within `patience_seconds`, or it is closed."""
        with self._changed:
            if not self._queue and not self._closed:
                self._changed.wait(patience_seconds)
            while self._queue and len(self._queue) < self._most and not self._closed:
                left = self._queue[0][0] + self._age - self._clock.monotonic()
                if left <= 0:
                    break
                self._changed.wait(left)
            return [self._queue.popleft()[1] for _ in range(min(len(self._queue), self._most))]

    def close(self) -> None:
        """Whoever waits goes on at once."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def __len__(self) -> int:
        return len(self._queue)
