"""When an alert is closed: did it go as its policy says, and does somebody have to look at it again?"""

from __future__ import annotations

from datetime import datetime

from backend.domain.alert.model import SYSTEM, Alert, Entry, EntryKind
from backend.domain.audit.conformance import Course, Deviation, deviations, reviews
from backend.domain.audit.schedule import followed
from backend.domain.escalation.policy import BUILT_IN, NOT_ESCALATED, Policy
from backend.domain.escalation.run import Run, unmet
from backend.services.escalation.ports import EscalationTransaction
from backend.services.escalation.read_book import policies_in
from contract.vocabulary import SOS, Flag, Severity


def judge_run(tx: EscalationTransaction, policy: Policy, alert: Alert, run: Run, now: datetime) -> None:
    """Writes the verdict, and opens the reviews that it asks for. Technical matters and tests have neither."""
    if alert.severity is Severity.TECHNICAL or alert.closed_at is None or Flag.TEST in alert.flags:
        return
    found = _deviations(tx, policy, alert, run, alert.closed_at)
    detail = {"policy": policy.id, "deviations": [_json(each) for each in found]}
    entries = [Entry(EntryKind.AUDITED, SYSTEM, now, "auditor", "deviated" if found else "conforms", detail)]
    course = Course(
        alert.received_at,
        alert.accepted_at,
        alert.first_voice_at,
        alert.type == SOS,
        str(run.trouble) if run.trouble else None,
        bool(found),
        policy.needs.nobody,
    )
    for reason in reviews(course):
        if tx.open_review(alert.id, str(reason), now):
            entries.append(Entry(EntryKind.REVIEW_OPENED, SYSTEM, now, "auditor", str(reason)))
    tx.add_entries(alert.id, entries)
    tx.touch(alert.id)


def _deviations(
    tx: EscalationTransaction, policy: Policy, alert: Alert, run: Run, closed_at: datetime
) -> tuple[Deviation, ...]:
    """By the alert's own book and its timeline, never by what the run had written down."""
    policies = {each.id: each for each in (*policies_in(tx.book(run.book)), BUILT_IN, NOT_ESCALATED)}
    schedule = followed(policies, policy, alert.received_at, tx.lines(alert.id))
    missing = unmet(schedule.policy.needs, tx.acceptances(alert.id))
    owed = schedule.owed(closed_at) if missing else None
    return deviations([*schedule.steps, *([owed] if owed is not None else [])])


def _json(deviation: Deviation) -> dict[str, int | bool]:
    return {
        "step": deviation.step,
        "round": deviation.round,
        "late_seconds": deviation.late_seconds,
        "fired": deviation.fired,
    }
