"""A person does something to an alert: once per idempotency key, under lock, with its timeline and answers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from backend.domain.alert.lifecycle import Action, decide
from backend.services.alarm.apply import apply
from backend.services.alarm.ports import AlarmStore, Clock


class Acted(StrEnum):
    """What became of a request. A `lifecycle.Refusal` is raised where the alert does not allow it."""

    DONE = "done"
    NOT_FOUND = "not_found"
    KEY_REUSED = "key_reused"


@dataclass(frozen=True, slots=True)
class Act:
    """The use case."""

    store: AlarmStore
    clock: Clock

    def __call__(self, alert_id: str, action: Action, key: str | None) -> Acted:
        """`key`: the request's Idempotency-Key. A second request with it changes nothing and is `done` as well."""
        now = self.clock.now()
        fingerprint = f"{alert_id} {action!r}"
        with self.store.begin() as tx:
            alert = tx.alert(alert_id)
            if alert is None:
                return Acted.NOT_FOUND
            if key is not None:
                before = tx.done_before(action.actor.id, key)
                if before is not None:
                    return Acted.DONE if before == fingerprint else Acted.KEY_REUSED
            decision = decide(alert, action, now)
            device = tx.device(alert.device_id)
            apply(tx, decision, device.hearing if device else (), now)
            if key is not None and not tx.mark_done(action.actor.id, key, fingerprint, now):
                return Acted.KEY_REUSED
            tx.commit()
        return Acted.DONE
