"""Escalation: the policies of the folder, the tick that moves runs on, and what a desk sees of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from sqlalchemy import Engine

from backend.adapters.clock import SystemClock
from backend.adapters.db.escalation_reading import RunReadings
from backend.adapters.db.escalation_store import EscalationSqlStore, RunParts
from backend.adapters.db.stray_times import SqlStrayTimes
from backend.adapters.policy_folder import PolicyFolderFiles
from backend.api import escalation
from backend.services.escalation.advance_due import AdvanceDue
from backend.services.escalation.load_book import LoadBook
from backend.services.escalation.mend_times import MendTimes
from backend.services.escalation.read_book import Book
from backend.services.escalation.show_run import RunView, show_run
from backend.workers.loop import Tick

LOAD_SECONDS: Final = 5.0
MEND_SECONDS: Final = 5.0
AT_ONCE: Final = 10
"""Looks after which what was put into the outbox is sent: each is a short transaction of its own."""
MOST_BATCHES: Final = 30
"""Then another tick, and a shutdown, get their turn; the rest is due at the next bell."""


class EscalationParts:
    """What the program wires. `parts`: whom runs ask; `moved`: called after a look that may have put notices."""

    def __init__(
        self,
        folder: Path,
        engine: Engine,
        clock: SystemClock,
        zone: ZoneInfo,
        parts: RunParts,
        moved: Callable[[], None],
    ) -> None:
        self._moved = moved
        self._clock = clock
        store = EscalationSqlStore(engine, clock, parts)
        self._load = LoadBook(store, PolicyFolderFiles(folder), clock)
        self._advance = AdvanceDue(store, clock, zone)
        self._mend_times = MendTimes(SqlStrayTimes(engine), clock)
        self._readings = RunReadings(engine, parts.cover)

    @property
    def refused(self) -> list[str]:
        """What cannot be used of the policies now."""
        return [self._load.refused] if self._load.refused is not None else []

    def start(self) -> None:
        """Read the policies. What cannot be used leaves those of before in force, and says so."""
        self._load()

    def ticks(self) -> Iterator[Tick]:
        """For the worker."""
        yield Tick("escalation", self._advance_all)
        yield Tick("clock", self._mend_times, seconds=MEND_SECONDS)
        yield Tick("policies", self._load, seconds=LOAD_SECONDS)

    def staff_routers(self) -> Iterator[APIRouter]:
        """For `/api/v1`."""
        yield escalation.router(self._show, self._book)

    def _advance_all(self) -> None:
        for _ in range(MOST_BATCHES):
            count = self._advance(AT_ONCE)
            if count:
                self._moved()
            if count < AT_ONCE:
                return

    def _show(self, alert_id: str) -> RunView | None:
        with self._readings.begin() as reading:
            return show_run(reading, alert_id, self._clock)

    def _book(self) -> escalation.PolicyBook:
        book = self._load.book
        return escalation.PolicyBook(
            digest=book.digest if book else None,
            refused=self._load.refused,
            policies=_lines(book) if book else [],
        )


def _lines(book: Book) -> list[escalation.PolicyLine]:
    ordered = sorted(book.policies, key=lambda policy: (-policy.priority, policy.id))
    return [
        escalation.PolicyLine(
            id=policy.id,
            title=dict(policy.title),
            priority=policy.priority,
            types=list(policy.match.types),
            severities=[str(severity) for severity in policy.match.severities],
            hours=str(policy.match.hours),
            risks=list(policy.match.risks),
            steps=len(policy.steps),
        )
        for policy in ordered
    ]
