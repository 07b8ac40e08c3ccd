"""How many log-ins the broker has refused, from its log: strangers are refused there, and somebody has to hear of it.

Counts alone: where they came from stands in the broker's log, which is turned over, and nowhere else.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from pathlib import Path

SPAN_SECONDS = 3600.0
# A device that was shut out tries again every minute at most; more than a handful of those is somebody who tries names.
ODD_IN_SPAN = 300
MARK = b"not authorised"
PIECE_BYTES = 1_000_000  # of one look; what a flood leaves over is read at the next


class Refusals:
    """Reads what was added to the log since the last look. May be asked from any thread."""

    def __init__(self, log: Path, now: Callable[[], float]) -> None:
        self._log = log
        self._now = now
        self._lock = threading.Lock()
        self._position = log.stat().st_size if log.exists() else 0
        self._rest = b""
        self._seen: deque[tuple[float, int]] = deque()
        self._total = 0

    def look(self) -> None:
        """A log that has become shorter was turned over, and is read from its beginning."""
        with self._lock:
            try:
                with self._log.open("rb") as source:
                    size = source.seek(0, 2)
                    self._position = 0 if size < self._position else self._position
                    source.seek(self._position)
                    added = source.read(PIECE_BYTES)
            except OSError:
                return
            self._position += len(added)
            *lines, self._rest = (self._rest + added).split(b"\n")
            if count := sum(MARK in line for line in lines):
                self._total += count
                self._seen.append((self._now(), count))

    @property
    def total(self) -> int:
        """Since the launcher began."""
        return self._total

    def last_hour(self) -> int:
        """Refused within the last hour."""
        with self._lock:
            limit = self._now() - SPAN_SECONDS
            while self._seen and self._seen[0][0] < limit:
                self._seen.popleft()
            return sum(count for _, count in self._seen)
