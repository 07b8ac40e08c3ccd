"""A change log in memory."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

from backend.services.live.ports import Change


class MemoryChangeLog:
    """Changes with the ids 1, 2, 3, …; `away` True: it cannot be read."""

    def __init__(self, count: int = 0) -> None:
        self._lock = threading.Lock()
        self._changes: list[Change] = []
        self.away = False
        for _ in range(count):
            self.add()

    def add(self, **alert: Any) -> int:
        with self._lock:
            stream_id = len(self._changes) + 1
            self._changes.append(Change(stream_id, {"id": f"a{stream_id}", "stream_id": stream_id, **alert}))
            return stream_id

    def last_id(self) -> int:
        self._check()
        return len(self._changes)

    def after(self, stream_id: int, limit: int) -> Sequence[Change]:
        self._check()
        with self._lock:
            return self._changes[stream_id : stream_id + limit]

    def _check(self) -> None:
        if self.away:
            raise ConnectionError("away")


class SaidComponents:
    """The components that it was told, as the desk gets them."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, Any]] = {}

    def say(self, component: str, state: str) -> None:
        self.rows = {**self.rows, component: {"component": component, "state": state, "detail": "", "figures": {}}}

    def __call__(self) -> list[dict[str, Any]]:
        return list(self.rows.values())
