"""Runs that are due move on: under the alert's lock, by the policy of its own book, all in one transaction."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import structlog

from backend.domain.alert.model import SYSTEM, Alert, Entry, EntryKind
from backend.domain.alert.notable import raise_severity, ring
from backend.domain.escalation.policy import BUILT_IN, NOT_ESCALATED, Policy, Situation, choose
from backend.domain.escalation.run import (
    Answers,
    Doing,
    Next,
    Run,
    RunState,
    Trouble,
    missing_roles,
    next_step,
    resumed,
)
from backend.domain.work_order.keys import INSISTING_WITHIN, service_press_reaches_operator
from backend.services.alarm.apply import apply
from backend.services.alarm.ports import Clock
from backend.services.escalation.end_run import tell_how_it_ended
from backend.services.escalation.fire_step import StepFiring, say_trouble
from backend.services.escalation.judge_run import judge_run
from backend.services.escalation.ports import DueRun, EscalationStore, EscalationTransaction
from backend.services.escalation.read_book import policies_in
from backend.services.notices.ports import POLICY_STEPS
from contract.vocabulary import Severity

log = structlog.get_logger()

SERVICE: Final = "care.service.pressed"
TRY_AGAIN: Final = timedelta(seconds=10)
DISTRICT: Final = "district"
"""The root of every tree (migration 0006)."""
MOST_AT_ONCE: Final = 40
"""Steps that one alert goes through in one look; the rest a second later, so that no alert holds up the others."""


@dataclass(frozen=True, slots=True)
class AdvanceDue:
    """The use case; a tick of the worker. Several processes may run it: each alert is locked by one of them."""

    store: EscalationStore
    clock: Clock
    zone: ZoneInfo

    def __call__(self, limit: int = 10) -> int:
        """How many were due. Few at a time: on SQLite a press waits for the writer."""
        now = self.clock.now()
        with self.store.begin() as tx:
            due = tx.due_runs(now, limit)
            for each in due:
                try:
                    with tx.savepoint():
                        Advance(tx, now, self.zone).run(each)
                except Exception as error:
                    if tx.is_storage_fault(error):
                        raise
                    log.exception("run_failed", alert_id=each.alert.id)
                    _put_off(tx, each, now)
            tx.commit()
        return len(due)


def _put_off(tx: EscalationTransaction, due: DueRun, now: datetime) -> None:
    """One alert that breaks us holds up no other: it is tried again soon, and the district desk is told of it once."""
    tx.save_run(replace(due.run, due_at=now + TRY_AGAIN, version=due.run.version + 1))
    if tx.offer(due.alert.id, DISTRICT, "run_failed", now):
        apply(tx, ring(due.alert, EntryKind.AUDITED, SYSTEM, now, "run_failed"), (), now)
        tx.save_run(replace(due.run, due_at=now + TRY_AGAIN, version=due.run.version + 1))


@dataclass(frozen=True, slots=True)
class Advance:
    """One look at one run."""

    tx: EscalationTransaction
    now: datetime
    zone: ZoneInfo

    def run(self, due: DueRun) -> None:
        alert, run = self._insisted(due.alert, due.run)
        policy = self._policy(alert, run)
        run = replace(run, policy=policy.id)
        for _ in range(MOST_AT_ONCE):
            acceptances = self.tx.acceptances(alert.id)
            answers = self._answers(run)
            wanted = not alert.ended and missing_roles(policy, alert, acceptances)
            if answers.all_failed and run.trouble is None and wanted:
                alert, run = say_trouble(self.tx, alert, run, Trouble.ALL_CHANNELS_FAILED, self.now)
            run = self._unheld(alert, run)
            following = next_step(policy, run, alert, acceptances, answers, self.now)
            if run.state is RunState.RESTED and following.doing in (Doing.FIRE, Doing.WAIT):
                run = self._resumed(policy, alert, run)
                continue
            if following.doing is not Doing.FIRE or following.firing is None:
                self._save(policy, alert, run, following)
                return
            alert, run = StepFiring(self.tx, policy, following, acceptances, self.now).fire(alert, run)
        self.tx.save_run(replace(run, due_at=self.now + timedelta(seconds=1)))

    def _save(self, policy: Policy, alert: Alert, run: Run, following: Next) -> None:
        if following.doing is Doing.END:
            tell_how_it_ended(self.tx, alert, self.now)
            judge_run(self.tx, policy, alert, run, self.now)
            run = replace(run, state=RunState.ENDED)
        elif following.doing is Doing.REST:
            self.tx.notices.cancel(alert.id, "accepted", self.now, POLICY_STEPS)
            run = replace(run, state=RunState.RESTED)
        self.tx.save_run(replace(run, due_at=following.at, version=run.version + 1))

    def _policy(self, alert: Alert, run: Run) -> Policy:
        """The one it has, else the one that applies; always of the book that was in force when it was raised."""
        body = self.tx.book(run.book)
        policies = policies_in(body)
        if run.policy is not None:
            known = {policy.id: policy for policy in (*policies, BUILT_IN, NOT_ESCALATED)}
            return known.get(run.policy, BUILT_IN)
        centre = alert.organisation_id or self.tx.cover.centre_of(alert.home_id)
        situation = Situation(
            type=alert.type,
            severity=alert.severity,
            local=alert.received_at.astimezone(self.zone).time(),
            centre_open=self.tx.cover.centre_open(centre, alert.received_at),
            risk=self.tx.cover.home_risk(alert.home_id),
        )
        return choose(policies, situation)

    def _answers(self, run: Run) -> Answers:
        if run.told is None:
            return Answers()
        progress = self.tx.notices.progress(run.alert_id, *run.told)
        return Answers(progress.open, progress.delivered, progress.failed, progress.passed)

    def _unheld(self, alert: Alert, run: Run) -> Run:
        if run.held_until is None or run.held_until > self.now:
            return run
        self._tell(alert, EntryKind.RESUMED, "hold_is_over")
        return replace(run, held_until=None)

    def _resumed(self, policy: Policy, alert: Alert, run: Run) -> Run:
        self._tell(alert, EntryKind.RESUMED, "nobody_has_it")
        return resumed(policy, run, self.now)

    def _insisted(self, alert: Alert, run: Run) -> tuple[Alert, Run]:
        """A service key that is pressed again and again is more than a service: an operator is to look."""
        if alert.type != SERVICE or alert.ended or alert.severity is not Severity.ADVISORY:
            return alert, run
        # After hours another policy reaches an operator; here it is only about pressing again and again.
        reason = service_press_reaches_operator(self.tx.presses_since(alert.id, self.now - INSISTING_WITHIN), True)
        if reason is None:
            return alert, run
        decision = raise_severity(alert, Severity.URGENT, SYSTEM, self.now, str(reason))
        apply(self.tx, decision, (), self.now)
        fresh = Run(run.alert_id, run.book, self.now, version=run.version + 1)
        return decision.alert, fresh

    def _tell(self, alert: Alert, kind: EntryKind, reason: str) -> None:
        self.tx.add_entries(alert.id, [Entry(kind, SYSTEM, self.now, "escalation", reason)])
        self.tx.touch(alert.id)
