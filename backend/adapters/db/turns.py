"""In which order a process's writers take turns: presses first, then as they came; a busy worker passes nobody."""

from __future__ import annotations

import threading
from collections import deque


class Turns:
    """A lock that is handed to whoever has waited longest; who comes `first` waits before all who do not.

    Python's own lets the thread that has just let go take it again before the others wake: a worker that goes from one
    short transaction to the next would hold up a press for all of them.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._taken = False
        self._waiting: deque[threading.Event] = deque()
        self._urgent = 0

    def acquire(self, timeout: float, first: bool = False) -> bool:
        """Whether it was our turn within `timeout` seconds."""
        with self._guard:
            if not self._taken and not self._waiting:
                self._taken = True
                return True
            called = threading.Event()
            if first:
                self._waiting.insert(self._urgent, called)
                self._urgent += 1
            else:
                self._waiting.append(called)
        if called.wait(timeout):
            return True
        with self._guard:
            if called.is_set():
                return True  # called while we gave up
            if first:
                self._urgent -= 1
            self._waiting.remove(called)
        return False

    def release(self) -> None:
        """The next one's turn."""
        with self._guard:
            if self._waiting:
                self._urgent = max(0, self._urgent - 1)
                self._waiting.popleft().set()
            else:
                self._taken = False
