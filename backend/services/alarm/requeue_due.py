"""Alerts whose holder did not react in time, or has been silent for long, wait again; unconfirmed tests are real."""

from __future__ import annotations

from dataclasses import dataclass, field

from backend.domain.alert.lease import watch_lease
from backend.domain.alert.lifecycle import requeue
from backend.domain.alert.testing import end_test
from backend.services.alarm.apply import apply
from backend.services.alarm.one_by_one import OneByOne
from backend.services.alarm.ports import AlarmStore, Clock


@dataclass(frozen=True, slots=True)
class RequeueDue:
    """The use case; a tick of the worker. Several processes may run it."""

    store: AlarmStore
    clock: Clock
    _one_by_one: OneByOne = field(default_factory=lambda: OneByOne("requeue_failed"), init=False)

    def __call__(self, limit: int = 100) -> int:
        """How many were looked at."""
        now = self.clock.now()
        due = self.store.due_alerts(now, limit, self._one_by_one.resting(now))
        self._one_by_one(due, self._look, now)
        return len(due)

    def _look(self, alert_id: str) -> bool:
        """The alert is read again under lock before anything is decided (rule 18). What another has is its."""
        now = self.clock.now()
        with self.store.begin() as tx:
            alert = tx.free_alert(alert_id)
            if alert is None:
                return False
            decision = end_test(alert, now)
            apply(tx, decision, (), now)
            decision = requeue(decision.alert, now)
            apply(tx, decision, (), now)
            apply(tx, watch_lease(decision.alert, now), (), now)
            tx.commit()
        return True
