"""What is wrong with an alert that nobody would otherwise come back to: a timer that is missing, late, or of no use."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from backend.domain.alert.lease import SPANS
from backend.domain.alert.model import Alert
from backend.domain.escalation.run import Run, RunState

OVERDUE: Final = timedelta(seconds=60)
"""Timers are looked at each second; one that is a minute late is not being looked at."""
GRACE: Final = timedelta(seconds=10)
"""A run that is woken looks within a second or two; what has just changed is not judged yet."""


class Finding(StrEnum):
    """What the auditor found. Each is raised at the district desk and mended."""

    NO_RUN = "no_run"
    RUN_ENDED_TOO_EARLY = "run_ended_too_early"
    RUN_WITHOUT_TIME = "run_without_time"
    RUN_OVERDUE = "run_overdue"
    RESTED_BUT_NOBODY_HAS_IT = "rested_but_nobody_has_it"
    LEASE_MISSING = "lease_missing"
    LEASE_OVERDUE = "lease_overdue"
    REACTION_OVERDUE = "reaction_overdue"
    NOT_ENDED = "not_ended"
    NOTICE_STUCK = "notice_stuck"


def judge(alert: Alert, run: Run | None, needs_nobody: bool, now: datetime) -> Finding | None:
    """The first thing that is wrong with its timers, or None. `needs_nobody`: its policy asks for no acceptance."""
    if alert.ended:
        late = alert.closed_at is not None and now - alert.closed_at > OVERDUE
        return Finding.NOT_ENDED if run is not None and run.state is not RunState.ENDED and late else None
    if now - alert.received_at < GRACE:
        return None
    return _of_run(alert, run, needs_nobody, now) or _of_lease(alert, now)


def _of_run(alert: Alert, run: Run | None, needs_nobody: bool, now: datetime) -> Finding | None:
    if run is None:
        return Finding.NO_RUN
    if run.state is RunState.ENDED:
        return Finding.RUN_ENDED_TOO_EARLY
    if run.due_at is not None:
        return Finding.RUN_OVERDUE if now - run.due_at > OVERDUE else None
    if run.state is RunState.RUNNING:
        return Finding.RUN_WITHOUT_TIME
    return Finding.RESTED_BUT_NOBODY_HAS_IT if alert.waiting and not needs_nobody else None


def _of_lease(alert: Alert, now: datetime) -> Finding | None:
    if alert.reaction_due_at is not None and now - alert.reaction_due_at > OVERDUE:
        return Finding.REACTION_OVERDUE
    if alert.lease_due_at is not None:
        return Finding.LEASE_OVERDUE if now - alert.lease_due_at > OVERDUE else None
    held = alert.holder is not None and alert.requeued_at is None and alert.severity in SPANS
    return Finding.LEASE_MISSING if held else None
