"""Who waits for more than 180 s is on the list of reviews while they still wait, not only when it is over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from backend.domain.alert.model import SYSTEM, Entry, EntryKind
from backend.domain.audit.conformance import Course, ReviewReason, overdue
from backend.domain.audit.findings import Case
from backend.services.audit.ports import AuditTransaction
from contract.vocabulary import SOS, Severity


def overdue_reviews(case: Case, now: datetime) -> Sequence[ReviewReason]:
    """Reasons for which an open alert is to be on the list now. Technical matters wait for nobody."""
    alert, policy = case.alert, case.policy
    if alert.ended or alert.severity is Severity.TECHNICAL:
        return ()
    needs_nobody = policy is not None and policy.needs.nobody
    course = Course(
        alert.received_at, alert.accepted_at, alert.first_voice_at, alert.type == SOS, needs_nobody=needs_nobody
    )
    return overdue(course, now)


def open_reviews(tx: AuditTransaction, alert_id: str, now: datetime) -> int:
    """How many were opened. The same reason is on the list once."""
    case = tx.case(alert_id)
    reasons = overdue_reviews(case, now) if case is not None else ()
    new = [reason for reason in reasons if tx.open_review(alert_id, str(reason), now)]
    if case is not None and new:
        entries = [Entry(EntryKind.REVIEW_OPENED, SYSTEM, now, "auditor", str(reason)) for reason in new]
        tx.add_entries(case.alert.id, entries)
        tx.touch(case.alert.id)
    return len(new)
