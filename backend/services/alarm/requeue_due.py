"""Alerts whose holder did not react in time, or has been silent for long, wait again; unconfirmed tests are real."""

from __future__ import annotations

from dataclasses import dataclass

from backend.domain.alert.lease import watch_lease
from backend.domain.alert.lifecycle import requeue
from backend.domain.alert.testing import end_test
from backend.services.alarm.apply import apply
from backend.services.alarm.ports import AlarmStore, Clock


@dataclass(frozen=True, slots=True)
class RequeueDue:
    """The use case; a tick of the worker. Several processes may run it."""

    store: AlarmStore
    clock: Clock

    def __call__(self, limit: int = 100) -> int:
        """How many were put back. The alert is read again under lock before anything is decided (rule 18)."""
        now = self.clock.now()
        with self.store.begin() as tx:
            alerts = tx.due_alerts(now, limit)
            for alert in alerts:
                decision = end_test(alert, now)
                apply(tx, decision, (), now)
                decision = requeue(decision.alert, now)
                apply(tx, decision, (), now)
                apply(tx, watch_lease(decision.alert, now), (), now)
            tx.commit()
        return len(alerts)
