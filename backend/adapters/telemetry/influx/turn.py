"""Whose turn it is to send: one process of a host at a time, so that what was written in order arrives in order."""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_LOOK_AGAIN_SECONDS: Final = 0.01


class Turn:
    """A lock on a file beside the backlog. The system gives it back when its holder dies, in whatever way."""

    def __init__(self, backlog: Path, monotonic: Callable[[], float]) -> None:
        self._path = backlog.with_name(backlog.name + ".turn")
        self._monotonic = monotonic
        self._pause = threading.Event()

    @contextmanager
    def taken(self, seconds: float) -> Iterator[bool]:
        """Whether it was had within so many seconds; it is held until the block ends. Raises OSError."""
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            yield self._lock(handle, self._monotonic() + seconds)
        finally:
            os.close(handle)

    def _lock(self, handle: int, deadline: float) -> bool:
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if self._monotonic() >= deadline:
                    return False
                self._pause.wait(_LOOK_AGAIN_SECONDS)
            else:
                return True
