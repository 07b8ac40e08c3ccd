"""The audit log: its recorder, its chain, its pages; and the evidence of an alert."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from sqlalchemy import Engine

from backend.adapters.clock import SystemClock
from backend.adapters.db.audit_log_store import AuditSqlReader, AuditSqlStore
from backend.adapters.db.evidence import EvidenceSqlReader
from backend.adapters.evidence.pdf import PdfPaper
from backend.adapters.evidence.signature import Ed25519Signer
from backend.adapters.evidence.zip_file import ZipPacker
from backend.adapters.secret_files import KeyFile
from backend.api import audit_log, evidence
from backend.services.audit_log.chain import ChainEntries
from backend.services.evidence.export import ExportEvidence
from backend.settings import Settings
from backend.workers.audit_recorder import AuditRecorder
from backend.workers.loop import Tick

CHAIN_SECONDS: Final = 1.0


class AuditLogParts:
    """Made once per process. `recorder` takes entries between `start` and `stop`."""

    def __init__(self, settings: Settings, engine: Engine, clock: SystemClock) -> None:
        store = AuditSqlStore(engine)
        key, paper = KeyFile(settings.evidence_key_file), PdfPaper(ZoneInfo(settings.time_zone))
        self._export = ExportEvidence(EvidenceSqlReader(engine), paper, Ed25519Signer(key.read), ZipPacker(), clock)
        self.recorder = AuditRecorder(store, clock)
        self._reader = AuditSqlReader(engine)
        self._chain = ChainEntries(store)

    def staff_routers(self) -> Iterator[APIRouter]:
        """Under `/api/v1`."""
        yield audit_log.router(audit_log.AuditLogCalls(self._reader))
        yield evidence.router(evidence.EvidenceCalls(self._export))

    def ticks(self) -> Iterator[Tick]:
        """For the worker."""
        yield Tick("audit_log", self._chain, seconds=CHAIN_SECONDS)
