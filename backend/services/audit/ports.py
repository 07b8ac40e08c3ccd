"""What the auditor reads and writes, and whom it tells outside that it lives."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from backend.domain.audit.findings import Case, Finding
from backend.services.escalation.ports import EscalationTransaction


class AuditTransaction(EscalationTransaction, Protocol):
    """One alert at a time."""

    def case(self, alert_id: str) -> Case | None:
        """Under lock; None where there is no such alert."""
        ...

    def restart_run(self, alert_id: str, now: datetime) -> None:
        """Its run is running and due, whatever it was."""
        ...

    def stuck_notices(self, alert_id: str, now: datetime) -> int: ...
    def free_notices(self, alert_id: str, now: datetime) -> int:
        """Notices of the alert that are stuck are due now, without anybody's lease; how many."""
        ...

    def found_since(self, alert_id: str, finding: Finding, since: datetime) -> bool: ...
    def keep_finding(self, alert_id: str, finding: Finding, at: datetime) -> None: ...


class AuditStore(Protocol):
    """Opens transactions, and finds what is to be looked at. Pages go by id, from `after` on, "" from the beginning."""

    def begin(self) -> AbstractContextManager[AuditTransaction]: ...
    def open_alerts(self, after: str, limit: int) -> Sequence[str]:
        """Every alert that is not closed."""
        ...

    def unended(self, before: datetime, after: str, limit: int) -> Sequence[str]:
        """Alerts that were closed before then, and whose run has not ended."""
        ...

    def stuck(self, now: datetime, after: str, limit: int) -> Sequence[str]:
        """Alerts with a notice that should have left long ago."""
        ...

    def cases(self, ids: Sequence[str]) -> Sequence[Case]:
        """Of one moment, without a lock. Raises where one of them cannot be read."""
        ...

    def reviewed(self, ids: Sequence[str]) -> AbstractSet[tuple[str, str]]:
        """Alert and reason of the reviews that there are, open or closed."""
        ...

    def found_lately(self, since: datetime) -> AbstractSet[str]:
        """Ids of alerts about which something was found."""
        ...


class Heartbeat(Protocol):
    """Somebody outside who misses us."""

    def beat(self, proved: int) -> bool:
        """Says that each of so many open alerts has a next step; whether it was heard. Never raises."""
        ...
