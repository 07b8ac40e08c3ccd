"""When an alert is closed: did it go as its policy says, and does somebody have to look at it again?"""

from __future__ import annotations

from datetime import datetime

from backend.domain.alert.model import SYSTEM, Alert, Entry, EntryKind
from backend.domain.audit.conformance import Course, Deviation, FiredStep, deviations, reviews
from backend.domain.escalation.policy import Policy
from backend.domain.escalation.run import Run, RunState, is_last_resort, next_due, unmet
from backend.services.escalation.ports import EscalationTransaction
from contract.vocabulary import SOS, Severity


def judge_run(tx: EscalationTransaction, policy: Policy, alert: Alert, run: Run, now: datetime) -> None:
    """Writes the verdict, and opens the reviews that it asks for. Technical matters have neither."""
    if alert.severity is Severity.TECHNICAL or alert.closed_at is None:
        return
    missing = unmet(policy.needs, tx.acceptances(alert.id))
    owed = _owed(policy, run, alert.closed_at) if missing else None
    found = deviations(tx.fired_steps(alert.id), owed)
    detail = {"policy": policy.id, "deviations": [_json(each) for each in found]}
    entries = [Entry(EntryKind.AUDITED, SYSTEM, now, "auditor", "deviated" if found else "conforms", detail)]
    course = Course(
        alert.received_at,
        alert.accepted_at,
        alert.first_voice_at,
        alert.type == SOS,
        str(run.trouble) if run.trouble else None,
        bool(found),
    )
    for reason in reviews(course):
        if tx.open_review(alert.id, str(reason), now):
            entries.append(Entry(EntryKind.REVIEW_OPENED, SYSTEM, now, "auditor", str(reason)))
    tx.add_entries(alert.id, entries)
    tx.touch(alert.id)


def _owed(policy: Policy, run: Run, closed_at: datetime) -> FiredStep | None:
    """What was next when it was closed although somebody was still wanted; nothing where a person had it held."""
    if run.state is not RunState.RUNNING or run.held_until is not None or is_last_resort(policy, run):
        return None
    firing, due = next_due(policy, run)
    return FiredStep(firing.step + 1, firing.round, closed_at, due)


def _json(deviation: Deviation) -> dict[str, int | bool]:
    return {
        "step": deviation.step,
        "round": deviation.round,
        "late_seconds": deviation.late_seconds,
        "fired": deviation.fired,
    }
