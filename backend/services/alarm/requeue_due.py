"""Alerts whose holder did not react to another press in time wait in the queue again."""

from __future__ import annotations

from dataclasses import dataclass

from backend.domain.alert.lifecycle import requeue
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
                decision = requeue(alert, now)
                if decision.changed:
                    tx.save_alert(decision.alert)
                    tx.add_entries(alert.id, decision.entries)
                    tx.touch(alert.id)
            tx.commit()
        return len(alerts)
