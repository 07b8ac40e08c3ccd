"""The audit log: its recorder, its chain, its pages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from fastapi import APIRouter
from sqlalchemy import Engine

from backend.adapters.clock import SystemClock
from backend.adapters.db.audit_log_store import AuditSqlReader, AuditSqlStore
from backend.api import audit_log
from backend.services.audit_log.chain import ChainEntries
from backend.workers.audit_recorder import AuditRecorder
from backend.workers.loop import Tick

CHAIN_SECONDS: Final = 1.0


class AuditLogParts:
    """Made once per process. `recorder` takes entries between `start` and `stop`."""

    def __init__(self, engine: Engine, clock: SystemClock) -> None:
        store = AuditSqlStore(engine)
        self.recorder = AuditRecorder(store, clock)
        self._reader = AuditSqlReader(engine)
        self._chain = ChainEntries(store)

    def staff_routers(self) -> Iterator[APIRouter]:
        """Under `/api/v1`."""
        yield audit_log.router(audit_log.AuditLogCalls(self._reader))

    def ticks(self) -> Iterator[Tick]:
        """For the worker."""
        yield Tick("audit_log", self._chain, seconds=CHAIN_SECONDS)
