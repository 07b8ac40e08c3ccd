"""Every open alert has a valid next step: what has none is raised at the district desk, and its timer is mended."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

import structlog

from backend.domain.alert.lease import leased
from backend.domain.alert.model import SYSTEM, Alert, EntryKind
from backend.domain.alert.notable import ring
from backend.domain.audit.findings import Finding, judge
from backend.domain.escalation.targets import Level, Target, TargetKind
from backend.services.alarm.apply import apply
from backend.services.alarm.ports import Clock
from backend.services.audit.ports import Audited, AuditStore, AuditTransaction, Heartbeat
from backend.services.escalation.ports import Scene

log = structlog.get_logger()

AGAIN_AFTER: Final = timedelta(minutes=5)
"""The same finding about the same alert is raised once in this time; it is mended each time."""
BEAT_EVERY: Final = timedelta(seconds=60)
AT_ONCE: Final = 200


@dataclass(slots=True)
class AuditAlerts:
    """The use case, a round of the auditor. Any number of processes may run it."""

    store: AuditStore
    clock: Clock
    heartbeat: Heartbeat
    found: int = field(default=0, init=False)
    rounds: int = field(default=0, init=False)
    last_round: datetime | None = field(default=None, init=False)
    _last_beat: datetime | None = field(default=None, init=False)

    def __call__(self) -> int:
        """How many were found. Outside is told only after a whole round: silence there means that nobody looks."""
        now = self.clock.now()
        found = sum(self._safely(self._look, alert_id, now) for alert_id in self.store.suspects(now, AT_ONCE))
        found += sum(self._safely(self._free, alert_id, now) for alert_id in self.store.stuck_notices(now, AT_ONCE))
        self.found += found
        self.rounds += 1
        self.last_round = now
        if self._last_beat is None or now - self._last_beat >= BEAT_EVERY:
            self._last_beat = now
            self.heartbeat.beat()
        return found

    @staticmethod
    def _safely(look: Callable[[str, datetime], bool], alert_id: str, now: datetime) -> bool:
        """One alert that breaks us keeps no other from being looked at."""
        try:
            return look(alert_id, now)
        except Exception as error:
            log.exception("audit_failed", alert_id=alert_id, error=type(error).__name__)
            return False

    def _look(self, alert_id: str, now: datetime) -> bool:
        with self.store.begin() as tx:
            audited = tx.audited(alert_id)
            finding = None
            if audited is not None:
                finding = judge(audited.alert, audited.run, audited.needs_nobody, now)
            if audited is None or finding is None:
                return False
            self._mend(tx, audited, finding, now)
            self._raise(tx, audited.alert, finding, now)
            tx.commit()
        return True

    def _free(self, alert_id: str, now: datetime) -> bool:
        with self.store.begin() as tx:
            audited = tx.audited(alert_id)
            if audited is None or not tx.free_notices(alert_id, now):
                return False
            self._raise(tx, audited.alert, Finding.NOTICE_STUCK, now)
            tx.commit()
        return True

    @staticmethod
    def _mend(tx: AuditTransaction, audited: Audited, finding: Finding, now: datetime) -> None:
        alert = audited.alert
        if finding is Finding.NO_RUN:
            tx.begin_run(alert.id, alert.received_at, now)
        elif finding is Finding.LEASE_MISSING:
            tx.save_alert(replace(leased(alert, now), version=alert.version + 1))
        elif finding in (Finding.RUN_ENDED_TOO_EARLY, Finding.RUN_WITHOUT_TIME, Finding.RESTED_BUT_NOBODY_HAS_IT):
            tx.restart_run(alert.id, now)
        else:
            tx.wake_run(alert.id, now)

    @staticmethod
    def _raise(tx: AuditTransaction, alert: Alert, finding: Finding, now: datetime) -> None:
        log.error("audit_finding", alert_id=alert.id, finding=str(finding))
        if tx.found_since(alert.id, finding, now - AGAIN_AFTER):
            return
        tx.keep_finding(alert.id, finding, now)
        current = tx.alert(alert.id) or alert
        desks = _district(tx, current, now)
        for desk in desks:
            tx.offer(alert.id, desk, "auditor", now)
        apply(tx, ring(current, EntryKind.AUDITED, SYSTEM, now, str(finding), {"desks": list(desks)}), (), now)


def _district(tx: AuditTransaction, alert: Alert, now: datetime) -> Sequence[str]:
    scene = Scene(alert.id, alert.home_id, alert.organisation_id)
    return tx.cover.reach(Target(TargetKind.DESK, Level.DISTRICT), scene, now).desks
