"""In which order a process's writers take turns: as they came, so that a busy worker never passes a press."""

from __future__ import annotations

import threading
from collections import deque


class Turns:
    """A lock that is handed to whoever has waited longest.

    Python's own lets the thread that has just let go take it again before the others wake: a worker that goes from one
    short transaction to the next would hold up a press for all of them.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._taken = False
        self._waiting: deque[threading.Event] = deque()

    def acquire(self, timeout: float) -> bool:
        """Whether it was our turn within `timeout` seconds."""
        with self._guard:
            if not self._taken and not self._waiting:
                self._taken = True
                return True
            called = threading.Event()
            self._waiting.append(called)
        if called.wait(timeout):
            return True
        with self._guard:
            if called.is_set():
                return True  # called while we gave up
            self._waiting.remove(called)
        return False

    def release(self) -> None:
        """The next one's turn."""
        with self._guard:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._taken = False
