"""What is wrong with an alert that nobody would otherwise come back to: a timer that is missing, late, or of no use."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from backend.domain.alert.lease import EN_ROUTE_GRACE, ON_SITE, SPANS
from backend.domain.alert.lifecycle import REQUEUE_AFTER
from backend.domain.alert.model import Alert
from backend.domain.alert.testing import CONFIRM_WITHIN, is_silent
from backend.domain.answering.model import HOLD
from backend.domain.escalation.policy import BUILT_IN, Policy
from backend.domain.escalation.run import Acceptance, Answers, Doing, Next, Run, RunState, next_due, next_step
from contract.vocabulary import Severity

OVERDUE: Final = timedelta(seconds=60)
"""Timers are looked at each second; one that is a minute late is not being looked at."""
STANDS_STILL: Final = OVERDUE + CONFIRM_WITHIN
"""What was a technician's test becomes real with steps behind it that are as old as a test may be."""
GRACE: Final = timedelta(seconds=10)
"""A run that is woken looks within a second or two; what has just changed is not judged yet."""
SLACK: Final = timedelta(seconds=15)
"""A run that failed is tried again after 10 s; clocks of two hosts differ by less than the rest."""


class Finding(StrEnum):
    """What the auditor found. Each is raised at the district desk and mended."""

    NO_RUN = "no_run"
    RUN_ENDED_TOO_EARLY = "run_ended_too_early"
    RUN_WITHOUT_TIME = "run_without_time"
    RUN_OVERDUE = "run_overdue"
    RUN_TOO_FAR = "run_too_far"
    STEP_NOT_FIRED = "step_not_fired"
    RESTED_BUT_NOBODY_HAS_IT = "rested_but_nobody_has_it"
    RESTED_BUT_SOMEBODY_IS_MISSING = "rested_but_somebody_is_missing"
    LEASE_MISSING = "lease_missing"
    LEASE_OVERDUE = "lease_overdue"
    LEASE_TOO_FAR = "lease_too_far"
    REACTION_OVERDUE = "reaction_overdue"
    REACTION_TOO_FAR = "reaction_too_far"
    NOT_ENDED = "not_ended"
    NOTICE_STUCK = "notice_stuck"


@dataclass(frozen=True, slots=True)
class Case:
    """An alert with its run, as it is judged. `policy`: the one that the run has of its own book; None: none chosen."""

    alert: Alert
    run: Run | None
    policy: Policy | None = None
    acceptances: Collection[Acceptance] = ()


def judge(case: Case, now: datetime) -> Finding | None:
    """The first thing that is wrong with its timers, or None."""
    alert, run = case.alert, case.run
    if alert.ended:
        late = alert.closed_at is not None and now - alert.closed_at > OVERDUE
        return Finding.NOT_ENDED if run is not None and run.state is not RunState.ENDED and late else None
    if abs(now - alert.received_at) < GRACE:
        return None
    return _of_run(case, now) or _of_lease(alert, now)


def _of_run(case: Case, now: datetime) -> Finding | None:
    run = case.run
    if run is None:
        return Finding.NO_RUN
    if run.state is RunState.ENDED:
        return Finding.RUN_ENDED_TOO_EARLY
    policy = case.policy or BUILT_IN
    following = next_step(policy, run, case.alert, case.acceptances, Answers(), now)
    if run.due_at is None:
        return _without_time(case.alert, run, following)
    if now - run.due_at > OVERDUE:
        return Finding.RUN_OVERDUE
    if run.due_at > latest_look(case.alert, run, following, now) or _in_the_future(run, now):
        return Finding.RUN_TOO_FAR
    if run.state is RunState.RUNNING:
        still = following.doing is Doing.FIRE and now - next_due(policy, run)[1] > STANDS_STILL
    else:
        still = _rests_though_it_waits(case.alert, following, now)
    return Finding.STEP_NOT_FIRED if still else None


def _without_time(alert: Alert, run: Run, following: Next) -> Finding | None:
    if run.state is RunState.RUNNING:
        return Finding.RUN_WITHOUT_TIME
    if following.doing is Doing.REST:
        return None
    return Finding.RESTED_BUT_NOBODY_HAS_IT if alert.waiting else Finding.RESTED_BUT_SOMEBODY_IS_MISSING


def latest_look(alert: Alert, run: Run, following: Next, now: datetime) -> datetime:
    """Until when a run may wait, as its policy has it: its next step, a moment that somebody asked for, or a test."""
    moments = [now]
    if is_silent(alert, now) and alert.test_due_at is not None:
        moments.append(alert.test_due_at)
    if run.state is RunState.RUNNING and following.doing is Doing.WAIT and following.at is not None:
        moments.append(following.at)
    return max(moments) + SLACK


def _in_the_future(run: Run, now: datetime) -> bool:
    """What a run has behind it cannot be ahead: a clock was set back, and every step would wait for as long."""
    behind = max(run.began_at, run.fired_at or run.began_at)
    held = run.held_until is not None and run.held_until > now + HOLD + SLACK
    return held or behind > now + SLACK


def _rests_though_it_waits(alert: Alert, following: Next, now: datetime) -> bool:
    """It is woken, looks, and never goes on: it fails at each look."""
    again = alert.requeued_at is not None and now - alert.requeued_at > OVERDUE
    return again and following.doing in (Doing.FIRE, Doing.WAIT)


def _of_lease(alert: Alert, now: datetime) -> Finding | None:
    if alert.reaction_due_at is not None:
        if now - alert.reaction_due_at > OVERDUE:
            return Finding.REACTION_OVERDUE
        if alert.reaction_due_at > now + REQUEUE_AFTER + SLACK:
            return Finding.REACTION_TOO_FAR
    if alert.lease_due_at is not None:
        if now - alert.lease_due_at > OVERDUE:
            return Finding.LEASE_OVERDUE
        return Finding.LEASE_TOO_FAR if alert.lease_due_at > _longest_lease(alert, now) else None
    held = alert.holder is not None and alert.requeued_at is None and alert.severity in SPANS
    return Finding.LEASE_MISSING if held else None


def _longest_lease(alert: Alert, now: datetime) -> datetime:
    """The longest that any step gives from now on. A severity that has risen leaves the lease that was given before."""
    span = max(ON_SITE, SPANS[Severity.ADVISORY])
    journey = timedelta(minutes=alert.eta_minutes or 0) + EN_ROUTE_GRACE
    return now + max(span, journey) + SLACK
