"""What was found is raised first and for good; only then is it mended, so that no failing mend takes back the raise."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

import structlog

from backend.domain.alert.lease import leased, watch_lease
from backend.domain.alert.lifecycle import requeue
from backend.domain.alert.model import SYSTEM, Alert, EntryKind
from backend.domain.alert.notable import ring
from backend.domain.alert.testing import end_test
from backend.domain.audit.findings import Case, Finding
from backend.domain.escalation.policy import BUILT_IN
from backend.domain.escalation.run import resumed
from backend.domain.escalation.targets import Level, Target, TargetKind
from backend.services.alarm.apply import apply
from backend.services.audit.ports import AuditTransaction
from backend.services.escalation.ports import Scene

log = structlog.get_logger()

AGAIN_AFTER: Final = timedelta(minutes=5)
"""The same finding about the same alert is raised once in this time; it is mended each time."""
_RESTARTED: Final = (
    Finding.RUN_ENDED_TOO_EARLY,
    Finding.RUN_WITHOUT_TIME,
    Finding.RESTED_BUT_NOBODY_HAS_IT,
    Finding.RESTED_BUT_SOMEBODY_IS_MISSING,
)
_OF_LEASE: Final = (
    Finding.LEASE_MISSING,
    Finding.LEASE_OVERDUE,
    Finding.LEASE_TOO_FAR,
    Finding.REACTION_OVERDUE,
    Finding.REACTION_TOO_FAR,
)


def raise_finding(tx: AuditTransaction, alert: Alert, finding: Finding, now: datetime) -> None:
    """It rings at the district desk and stands in the timeline. A closed alert stays silent: only its run is woken."""
    log.error("audit_finding", alert_id=alert.id, finding=str(finding))
    if tx.found_since(alert.id, finding, now - AGAIN_AFTER):
        return
    tx.keep_finding(alert.id, finding, now)
    if not alert.ended:
        real = end_test(alert, now)
        apply(tx, real, (), now)
        alert = real.alert
    scene = Scene(alert.id, alert.home_id, alert.organisation_id)
    desks = tx.cover.reach(Target(TargetKind.DESK, Level.DISTRICT), scene, now).desks
    for desk in desks:
        tx.offer(alert.id, desk, "auditor", now)
    apply(tx, ring(alert, EntryKind.AUDITED, SYSTEM, now, str(finding), {"desks": list(desks)}), (), now)


def mend(tx: AuditTransaction, case: Case, finding: Finding, now: datetime) -> None:
    """The timer is there again. `case`: as it is now, after it was raised; the auditor never closes or silences."""
    alert = case.alert
    if finding is Finding.NOTICE_STUCK:
        tx.free_notices(alert.id, now)
    elif alert.ended is not (finding is Finding.NOT_ENDED):
        return  # somebody has closed it meanwhile
    elif finding in _OF_LEASE:
        _mend_lease(tx, alert, finding, now)
    else:
        _mend_run(tx, case, finding, now)


def _mend_lease(tx: AuditTransaction, alert: Alert, finding: Finding, now: datetime) -> None:
    """What is overdue is done now; what is too far ahead to be true counts as over."""
    if finding in (Finding.REACTION_OVERDUE, Finding.REACTION_TOO_FAR):
        due = min(alert.reaction_due_at or now, now)
        apply(tx, requeue(replace(alert, reaction_due_at=due), now), (), now)
    elif finding is Finding.LEASE_OVERDUE:
        apply(tx, watch_lease(alert, now), (), now)
    elif finding is Finding.LEASE_TOO_FAR:
        apply(tx, watch_lease(replace(alert, lease_due_at=now, lease_until=now), now), (), now)
    elif alert.requeued_at is None:
        tx.save_alert(replace(leased(alert, now), version=alert.version + 1))


def _mend_run(tx: AuditTransaction, case: Case, finding: Finding, now: datetime) -> None:
    alert, run = case.alert, case.run
    if run is None:
        tx.begin_run(alert.id, min(alert.received_at, now), now)
    elif finding is Finding.RUN_TOO_FAR:
        back = resumed(case.policy or BUILT_IN, replace(run, held_until=None), now)
        tx.save_run(replace(back, began_at=min(back.began_at, now), due_at=now))
    elif finding in _RESTARTED:
        tx.restart_run(alert.id, now)
    else:
        tx.wake_run(alert.id, now)
