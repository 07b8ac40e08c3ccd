"""How entries reach the audit log without anybody waiting for the database: gathered, written together, in order."""

from __future__ import annotations

import queue
import threading
from concurrent.futures import Future
from typing import Final

import structlog

from backend.domain.audit_log.entry import Detail, Entry
from backend.services.audit_log.ports import AuditWriter, Clock
from backend.services.identity.actor import Actor

log = structlog.get_logger()

MOST_WAITING: Final = 10_000
"""Entries in memory while the database is away; further ones are said in the log alone."""
AT_ONCE: Final = 500
STOP_SECONDS: Final = 3.0
TRIES: Final = 5
"""A busy database is asked again; one that is away for longer loses entries to the program's log."""
PAUSE_SECONDS: Final = 1.0
_Item = tuple[Entry, "Future[None]"]


class AuditRecorder:
    """One thread writes for the whole process. `put` never waits and never raises."""

    def __init__(self, writer: AuditWriter, clock: Clock) -> None:
        self._writer = writer
        self._clock = clock
        self._waiting: queue.Queue[_Item | None] = queue.Queue(MOST_WAITING)
        self._thread = threading.Thread(target=self._work, name="audit-recorder", daemon=True)
        self._pause = threading.Event()
        self.lost = 0
        """Entries that are in the log of the program, but not in the audit log."""

    def start(self) -> None:
        """From now on entries are written."""
        self._thread.start()

    def stop(self) -> None:
        """Write what waits."""
        if self._thread.is_alive():
            self._pause.set()  # no more pauses between tries
            self._waiting.put(None)
            self._thread.join(STOP_SECONDS)

    def record(self, actor: Actor | None, action: str, subject: str, detail: Detail) -> None:
        """`AuditTrail` of identity and of access."""
        kind, by = (actor.kind.value, actor.id) if actor is not None else ("", "")
        self.put(Entry(self._clock.now(), kind, by, action, subject, detail))

    def put(self, entry: Entry) -> Future[None]:
        """Done when the entry is durable; fails when it could not be written."""
        done: Future[None] = Future()
        try:
            self._waiting.put_nowait((entry, done))
        except queue.Full:
            self._give_up([(entry, done)], "too_many_waiting")
        return done

    def _work(self) -> None:
        ended = False
        while not ended:
            items, ended = self._gather()
            if items:
                self._write(items)

    def _gather(self) -> tuple[list[_Item], bool]:
        """Whatever waits, at least one; and whether it was the last."""
        items: list[_Item] = []
        item = self._waiting.get()
        while item is not None:
            items.append(item)
            if len(items) == AT_ONCE:
                return items, False
            try:
                item = self._waiting.get_nowait()
            except queue.Empty:
                return items, False
        return items, True

    def _write(self, items: list[_Item]) -> None:
        for left in reversed(range(TRIES)):
            try:
                self._writer.put([entry for entry, _ in items])
                break
            except Exception as error:
                if not left:
                    self._give_up(items, type(error).__name__)
                    return
                self._pause.wait(PAUSE_SECONDS)
        for _, done in items:
            done.set_result(None)

    def _give_up(self, items: list[_Item], why: str) -> None:
        self.lost += len(items)
        for entry, done in items:
            log.error(
                "audit_entry_not_written",
                why=why,
                at=entry.at.isoformat(),
                actor=entry.actor_id,
                action=entry.action,
                subject=entry.subject,
            )
            done.set_exception(OSError(why))
