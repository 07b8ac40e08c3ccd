"""A run may wait for its next step, for a moment that somebody asked for, and for a technician: no longer."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from backend.domain.alert.model import Alert, AlertId
from backend.domain.audit.findings import Case, Finding, judge
from backend.domain.escalation.policy import Match, Needs, Policy, Step
from backend.domain.escalation.run import Run, RunState
from contract.vocabulary import SOS, Severity
from tests.harness.clock import ManualClock

NOW = ManualClock().now()
RAISED = NOW - timedelta(seconds=40)
POLICY = Policy("p", {}, Match(), Needs(operator=1), (Step(0, ()), Step(60, ())))
ALERT = Alert(AlertId("a"), "T1", SOS, Severity.EMERGENCY, RAISED, RAISED)
RUN = Run("a", "book", RAISED, "p", step=1, fired_at=RAISED, due_at=NOW + timedelta(seconds=20))


def finding(alert: Alert = ALERT, **changes: object) -> Finding | None:
    return judge(Case(alert, replace(RUN, **changes), POLICY), NOW)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("seconds", "found"), [(20, None), (34, None), (36, Finding.RUN_TOO_FAR), (86_400, Finding.RUN_TOO_FAR)]
)
def test_a_run_waits_for_its_next_step_and_no_longer(seconds: int, found: Finding | None) -> None:
    assert finding(due_at=NOW + timedelta(seconds=seconds)) is found


def test_who_asked_for_a_moment_has_two_minutes() -> None:
    until = NOW + timedelta(seconds=110)
    assert finding(held_until=until, due_at=until) is None
    until = NOW + timedelta(seconds=140)
    assert finding(held_until=until, due_at=until) is Finding.RUN_TOO_FAR


def test_a_technicians_test_is_silent_for_a_minute() -> None:
    due = NOW + timedelta(seconds=50)
    test = replace(ALERT, test_due_at=due)
    assert finding(test, step=0, fired_at=None, due_at=due) is None
    assert finding(test, step=0, fired_at=None, due_at=due + timedelta(seconds=60)) is Finding.RUN_TOO_FAR
    ahead = NOW + timedelta(hours=1)
    assert finding(replace(ALERT, test_due_at=ahead), step=0, fired_at=None, due_at=ahead) is Finding.RUN_TOO_FAR


def test_a_clock_that_was_set_back_leaves_nothing_ahead() -> None:
    ahead = NOW + timedelta(minutes=10)
    assert finding(replace(ALERT, received_at=ahead), began_at=ahead, due_at=ahead) is Finding.RUN_TOO_FAR
    assert finding(fired_at=ahead) is Finding.RUN_TOO_FAR


def test_a_rested_run_is_looked_at_now_or_never() -> None:
    taken = replace(ALERT, severity=Severity.TECHNICAL)
    assert finding(taken, state=RunState.RESTED, due_at=NOW + timedelta(seconds=30)) is Finding.RUN_TOO_FAR
