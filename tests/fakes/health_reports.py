"""Reported components in memory, and a backlog and a disk that are what a test says."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from backend.services.health.ports import Backlog, Component, ComponentState


class MemoryHealthStore:
    """`failing` set: every report raises it."""

    def __init__(self) -> None:
        self.rows: dict[str, Component] = {}
        self.failing: Exception | None = None

    def report(
        self, component: str, state: ComponentState, detail: str, figures: Mapping[str, float], at: datetime
    ) -> None:
        if self.failing is not None:
            raise self.failing
        known = self.rows.get(component)
        since = known.since if known is not None and known.state is state else at
        self.rows[component] = Component(component, state, since, detail, dict(figures), at)

    def components(self) -> list[Component]:
        return [self.rows[name] for name in sorted(self.rows)]

    def forget(self, before: datetime) -> None:
        self.rows = {name: row for name, row in self.rows.items() if row.reported_at >= before}


class SaidBacklog:
    """The backlog that it was told, or the error."""

    def __init__(self, backlog: Backlog | Exception) -> None:
        self.answer = backlog

    def backlog(self, now: datetime) -> Backlog:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


class SaidDisk:
    """As much room as it was told."""

    def __init__(self, free_bytes: int) -> None:
        self.free = free_bytes

    def free_bytes(self) -> int:
        return self.free
