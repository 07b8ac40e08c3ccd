"""How long deliveries of one kind are gathered before they go on: until there are enough, or the oldest has waited."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence
from typing import Final

from gateway.core.ports import Clock, Delivery

QOS_0_SHARE: Final = 0.2
"""Unconfirmed messages may fill the inbox so far: what they promise is less."""


class Inbox:
    """A queue between the connection's thread and one intake, bounded by count and by payload bytes.

    The bounds must be far above the receive maximum: Mosquitto 2.0.11 sends thousands of unacknowledged messages in
    spite of it once acknowledgements flow.
    """

    def __init__(self, clock: Clock, capacity: int, max_bytes: int, most: int, age_seconds: float) -> None:
        self._clock = clock
        self._capacity = capacity
        self._max_bytes = max_bytes
        self._bytes = 0
        self._most = most
        self._age = age_seconds
        self._queue: deque[tuple[float, Delivery]] = deque()
        self._changed = threading.Condition()
        self._closed = False

    def put(self, delivery: Delivery) -> bool:
        """At once; False when it is full."""
        with self._changed:
            share = 1.0 if delivery.qos else QOS_0_SHARE
            if len(self._queue) >= self._capacity * share or self._bytes >= self._max_bytes * share:
                return False
            self._queue.append((self._clock.monotonic(), delivery))
            self._bytes += len(delivery.payload)
            if len(self._queue) == 1 or len(self._queue) >= self._most:
                self._changed.notify()
            return True

    def put_all(self, deliveries: Sequence[Delivery]) -> bool:
        """All of them at once where there is plenty of room, else none: then they are put one by one."""
        size = sum(len(delivery.payload) for delivery in deliveries)
        share = 1.0 if all(delivery.qos for delivery in deliveries) else QOS_0_SHARE
        with self._changed:
            if len(self._queue) + len(deliveries) > self._capacity * share:
                return False
            if self._bytes + size > self._max_bytes * share:
                return False
            now, before = self._clock.monotonic(), len(self._queue)
            self._queue.extend((now, delivery) for delivery in deliveries)
            self._bytes += size
            if not before or len(self._queue) >= self._most:
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
            batch = [self._queue.popleft()[1] for _ in range(min(len(self._queue), self._most))]
            self._bytes -= sum(len(one.payload) for one in batch)
            return batch

    def close(self) -> None:
        """Whoever waits goes on at once."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    @property
    def roomy(self) -> bool:
        """Whether half of it is free."""
        return len(self._queue) <= self._capacity / 2 and self._bytes <= self._max_bytes / 2
