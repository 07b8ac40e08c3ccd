"""The auditor: its round, and whom it tells outside; and the figures of how fast people were answered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from sqlalchemy import Engine

from backend.adapters.clock import SystemClock
from backend.adapters.db.audit_reading import AuditSqlReader
from backend.adapters.db.audit_store import AuditSqlStore
from backend.adapters.db.escalation_store import RunParts
from backend.adapters.db.health import HealthSqlStore
from backend.adapters.db.kpi_reading import HandledSqlReader
from backend.adapters.heartbeat import UrlHeartbeat
from backend.adapters.sheets import write_sheet
from backend.api import kpis, reviews
from backend.services.audit.audit_alerts import AuditAlerts
from backend.services.audit.report_audit import AuditFigures, ReportAudit
from backend.settings import Settings
from backend.workers.loop import Tick

ROUND_SECONDS: Final = 10.0
REPORT_SECONDS: Final = 5.0
DEADLINE: Final = 30.0


class AuditParts:
    """Made once per process. `parts`: as escalation has them."""

    def __init__(self, settings: Settings, engine: Engine, clock: SystemClock, parts: RunParts) -> None:
        self._engine = engine
        self._clock = clock
        self._zone = ZoneInfo(settings.time_zone)
        store = AuditSqlStore(engine, clock, parts)
        self._audit = AuditAlerts(store, clock, UrlHeartbeat(settings.auditor_heartbeat_url))
        self._report = ReportAudit(HealthSqlStore(engine), clock, self._audit.tally)
        self.figures = AuditFigures(self._audit.tally, clock)
        """For `/metrics`."""

    def staff_routers(self) -> Iterator[APIRouter]:
        """Under `/api/v1`."""
        yield reviews.router(reviews.ReviewCalls(AuditSqlReader(self._engine), self._clock.now))
        yield kpis.router(kpis.KpiCalls(HandledSqlReader(self._engine), self._zone, write_sheet))

    def ticks(self) -> Iterator[Tick]:
        """For the worker: on a thread of its own, so that what hangs elsewhere does not stop it."""
        yield Tick("auditor", self._round, seconds=ROUND_SECONDS, deadline=DEADLINE)
        yield Tick("auditor-report", self._report, seconds=REPORT_SECONDS)

    def _round(self) -> None:
        self._audit()
        self._report()
