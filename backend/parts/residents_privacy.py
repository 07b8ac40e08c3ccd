"""What residents may ask for, and how long closed alerts are kept."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from fastapi import APIRouter
from sqlalchemy import Engine

from backend.adapters.clock import SystemClock
from backend.adapters.db.privacy_closed import ClosedSqlStore
from backend.adapters.db.privacy_consents import ConsentSqlStore
from backend.adapters.db.privacy_erasure import ErasureSqlStore
from backend.adapters.db.privacy_family import FamilySqlStore
from backend.adapters.db.privacy_reading import PersonSqlReader
from backend.api import family, privacy
from backend.services.privacy.consents import Consents
from backend.services.privacy.erase import EraseResident
from backend.services.privacy.export import ExportResident
from backend.services.privacy.family import Family
from backend.services.privacy.keep_closed import KeepClosed
from backend.services.privacy.ports import Readings
from backend.settings import Settings
from backend.workers.loop import Tick

KEEP_SECONDS: Final = 60.0


class ResidentsPrivacyParts:
    """Made once per process. `readings`: all that was measured in a resident's home."""

    def __init__(self, settings: Settings, engine: Engine, clock: SystemClock, readings: Readings) -> None:
        self._calls = privacy.PersonCalls(
            Consents(ConsentSqlStore(engine), clock),
            EraseResident(ErasureSqlStore(engine), clock),
            ExportResident(PersonSqlReader(engine), readings),
        )
        self._family = Family(FamilySqlStore(engine), clock)
        self._keep = KeepClosed(
            ClosedSqlStore(engine),
            clock,
            timedelta(days=settings.closed_alert_days),
            timedelta(days=settings.incoming_call_days),
        )

    def staff_routers(self) -> Iterator[APIRouter]:
        """Under `/api/v1`."""
        yield privacy.router(self._calls)
        yield family.router(self._family)

    def ticks(self) -> Iterator[Tick]:
        """For the worker."""
        yield Tick("closed_alerts", self._keep, seconds=KEEP_SECONDS)
