"""What the auditor reads and writes, and whom it tells outside that it lives."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from backend.domain.alert.model import Alert
from backend.domain.audit.findings import Finding
from backend.domain.escalation.run import Run
from backend.services.escalation.ports import EscalationTransaction


@dataclass(frozen=True, slots=True)
class Audited:
    """An alert under lock with its run, if it has one."""

    alert: Alert
    run: Run | None
    needs_nobody: bool


class AuditTransaction(EscalationTransaction, Protocol):
    """One alert at a time."""

    def audited(self, alert_id: str) -> Audited | None: ...
    def restart_run(self, alert_id: str, now: datetime) -> None:
        """Its run is running and due, whatever it was."""
        ...

    def free_notices(self, alert_id: str, now: datetime) -> int:
        """Notices of the alert that are stuck are due now, without anybody's lease; how many."""
        ...

    def found_since(self, alert_id: str, finding: Finding, since: datetime) -> bool: ...
    def keep_finding(self, alert_id: str, finding: Finding, at: datetime) -> None: ...


class AuditStore(Protocol):
    """Opens transactions, and finds what is worth a look."""

    def begin(self) -> AbstractContextManager[AuditTransaction]: ...
    def suspects(self, now: datetime, limit: int) -> Sequence[str]:
        """Ids of alerts whose timers look wrong, by severity; read without a lock."""
        ...

    def stuck_notices(self, now: datetime, limit: int) -> Sequence[str]:
        """Ids of alerts with a notice that should have left long ago."""
        ...


class Heartbeat(Protocol):
    """Somebody outside who misses us."""

    def beat(self) -> bool:
        """Says that a round was made; whether it was heard. Never raises."""
        ...
