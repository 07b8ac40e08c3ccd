"""Runs that are due move on: under the alert's lock, by the policy of its own book, all in one transaction."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import structlog

from backend.domain.alert.model import SYSTEM, Alert, AlertId, Entry, EntryKind
from backend.domain.alert.notable import raise_severity
from backend.domain.alert.testing import end_test, is_silent
from backend.domain.escalation.policy import BUILT_IN, NOT_ESCALATED, Policy, Situation, choose
from backend.domain.escalation.run import (
    Answers,
    Doing,
    Next,
    Run,
    RunState,
    Trouble,
    Why,
    missing_roles,
    next_step,
    resumed,
    rewound,
)
from backend.domain.work_order.keys import INSISTING_WITHIN, service_press_reaches_operator
from backend.services.alarm.apply import apply
from backend.services.alarm.one_by_one import TRY_AGAIN, place
from backend.services.alarm.ports import Clock
from backend.services.escalation.call_district import call_district
from backend.services.escalation.end_run import tell_how_it_ended
from backend.services.escalation.fire_step import StepFiring, say_trouble
from backend.services.escalation.judge_run import judge_run
from backend.services.escalation.ports import DueRun, EscalationStore, EscalationTransaction
from backend.services.escalation.read_book import policies_in
from backend.services.notices.ports import POLICY_STEPS
from contract.vocabulary import Severity

log = structlog.get_logger()

SERVICE: Final = "care.service.pressed"
STORAGE_AGAIN: Final = timedelta(seconds=1)
STORAGE_AGAIN_MOST: Final = timedelta(seconds=32)
"""Twice as long after each failure, and longer than a lock or a statement is waited for: else the same few alerts would
be the first in the queue at each bell, and no other ever had its turn."""
FAULTS_IN_A_ROW: Final = 2
"""One alert whose rows are locked or slow is passed over; several in a row are a database that is away."""


@dataclass(slots=True)
class AdvanceDue:
    """The use case; a tick of the worker. Several processes may run it: each alert is locked by one of them.

    One look at one alert is one transaction: a press waits for no more of them (SQLite has one writer), and what goes
    wrong with one takes no other with it. A run that fails stays due, so that whoever looks at timers sees it.
    """

    store: EscalationStore
    clock: Clock
    zone: ZoneInfo
    _failing: dict[AlertId, str] = field(default_factory=dict, init=False)
    _again: dict[AlertId, tuple[datetime, timedelta]] = field(default_factory=dict, init=False)
    _faults: dict[AlertId, timedelta] = field(default_factory=dict, init=False)

    def __call__(self, limit: int = 10) -> int:
        """How many were looked at; fewer than `limit`: nothing more is due. A step is a look of its own."""
        looked, faults = 0, 0
        elsewhere: set[AlertId] = set()
        waiting: list[AlertId] = []
        while looked < limit:
            now = self.clock.now()
            waiting = waiting or list(self.store.due(now, limit - looked, elsewhere | self._resting(now)))
            if not waiting:
                break
            looked += 1
            alert_id = waiting.pop(0)
            error, is_fault = self._look(alert_id, now, elsewhere)
            faults = faults + 1 if is_fault else 0
            if error is not None:
                self._pass_over(alert_id, error, is_fault)
            if error is not None and faults >= FAULTS_IN_A_ROW:
                raise error
        return looked

    def _look(self, alert_id: AlertId, now: datetime, elsewhere: set[AlertId]) -> tuple[Exception | None, bool]:
        """What went wrong, and whether it was storage. What another process has goes to `elsewhere`."""
        with self.store.begin() as tx:
            try:
                due = tx.due_run(alert_id, now)
                if due is None:
                    elsewhere.add(alert_id)
                    return None, False
                Advance(tx, now, self.zone).run(due)
                tx.commit()
            except Exception as error:
                return error, tx.is_storage_fault(error)
        self._again.pop(alert_id, None)
        self._faults.pop(alert_id, None)
        if self._failing.pop(alert_id, None) is not None:
            log.info("run_works_again", alert_id=alert_id)
        return None, False

    def _pass_over(self, alert_id: AlertId, error: Exception, is_fault: bool) -> None:
        """It holds up no other; the log says once why, and the district's desk rings until somebody has it."""
        now = self.clock.now()  # a lock may have been waited for
        self._again[alert_id] = (now, self._rest(alert_id) if is_fault else TRY_AGAIN)
        reason = place(error)
        if self._failing.get(alert_id) != reason:
            log.error("run_failed", alert_id=alert_id, reason=reason)
        self._failing[alert_id] = reason
        if not is_fault:
            with self.store.begin() as tx:
                call_district(tx, alert_id, now)
                tx.commit()

    def _rest(self, alert_id: AlertId) -> timedelta:
        rest = self._faults.get(alert_id, STORAGE_AGAIN)
        self._faults[alert_id] = min(2 * rest, STORAGE_AGAIN_MOST)
        return rest

    def _resting(self, now: datetime) -> frozenset[AlertId]:
        """Those that failed a moment ago, by a clock that may be set in between."""
        over = [each for each, (since, span) in self._again.items() if not since <= now < since + span]
        for each in over:
            del self._again[each]
        return frozenset(self._again)


@dataclass(frozen=True, slots=True)
class Advance:
    """One look at one run."""

    tx: EscalationTransaction
    now: datetime
    zone: ZoneInfo

    def run(self, due: DueRun) -> None:
        """At most one step; where another follows at once it is due now, and looked at after all that waits longer."""
        if is_silent(due.alert, self.now):
            self.tx.save_run(replace(due.run, due_at=due.alert.test_due_at))
            return
        alert, run = self._insisted(self._real(due.alert), due.run)
        policy = self._policy(alert, run)
        run = rewound(policy, replace(run, policy=policy.id), self.now)
        acceptances = self.tx.acceptances(alert.id)
        answers = self._answers(run)
        wanted = not alert.ended and missing_roles(policy, alert, acceptances)
        if answers.all_failed and run.trouble is None and wanted:
            alert, run = say_trouble(self.tx, alert, run, Trouble.ALL_CHANNELS_FAILED, self.now)
        run = self._unheld(alert, run)
        following = next_step(policy, run, alert, acceptances, answers, self.now)
        if run.state is RunState.RESTED and following.doing in (Doing.FIRE, Doing.WAIT):
            run = self._resumed(policy, alert, run)
            following = next_step(policy, run, alert, acceptances, answers, self.now)
        if following.doing is not Doing.FIRE or following.firing is None:
            self._save(policy, alert, run, following)
            return
        run = replace(run, step=following.step)
        alert, run = StepFiring(self.tx, policy, following, acceptances, self.now).fire(alert, run)
        following = next_step(policy, run, alert, acceptances, self._answers(run), self.now)
        if following.doing is Doing.FIRE:
            self.tx.save_run(replace(run, due_at=self.now))
        else:
            self._save(policy, alert, run, following)

    def _real(self, alert: Alert) -> Alert:
        """A test that nobody has confirmed rings, whichever timer looks first. One that was closed by hand is over."""
        if alert.ended:
            return alert
        decision = end_test(alert, self.now)
        apply(self.tx, decision, (), self.now)
        return decision.alert

    def _save(self, policy: Policy, alert: Alert, run: Run, following: Next) -> None:
        if following.doing is Doing.END:
            tell_how_it_ended(self.tx, alert, self.now)
            judge_run(self.tx, policy, alert, run, self.now)
            run = replace(run, state=RunState.ENDED)
        elif following.doing is Doing.REST:
            if following.why is Why.ACCEPTED:  # who is only to be informed is informed all the same
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
