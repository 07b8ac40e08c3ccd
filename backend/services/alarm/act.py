"""A person does something to an alert: once per idempotency key, under lock, with its timeline and answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from backend.domain.alert.lifecycle import Action, Refusal, Refused, Standing, StepMark, Verb, decide
from backend.domain.alert.model import Alert, Decision, Entry, EntryKind
from backend.services.alarm.apply import apply
from backend.services.alarm.ports import AlarmStore, AlarmTransaction, Clock, MarkedStep


class Acted(StrEnum):
    """What became of a request. A `lifecycle.Refusal` is raised where the alert does not allow it."""

    DONE = "done"
    NOT_FOUND = "not_found"
    KEY_REUSED = "key_reused"


class ClosingGate(Protocol):
    """What has to be done before an alert may be closed."""

    def missing(self, tx: AlarmTransaction, alert: Alert, action: Action) -> Sequence[Standing]:
        """The mandatory steps that keep it open. Raises `Refusal` for another reason to keep it open."""
        ...

    def known(self, alert: Alert, step: str) -> bool:
        """Whether the script of this alert has such a step."""
        ...


@dataclass(frozen=True, slots=True)
class Act:
    """The use case."""

    store: AlarmStore
    clock: Clock
    gate: ClosingGate

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
            decision = self._decided(tx, alert, action, now)
            device = tx.device(alert.device_id)
            apply(tx, decision, device.hearing if device else (), now)
            if key is not None and not tx.mark_done(action.actor.id, key, fingerprint, now):
                return Acted.KEY_REUSED
            tx.commit()
        return Acted.DONE

    def _decided(self, tx: AlarmTransaction, alert: Alert, action: Action, now: datetime) -> Decision:
        """What is wrong with a step is said before what is missing; steps are ticked off only together with it."""
        decision = decide(alert, action, now)
        if action.verb is Verb.CLOSE:
            standing = self.gate.missing(tx, alert, action)
            if standing:
                raise Refusal(Refused.SCRIPT_INCOMPLETE, alert, standing)
            _tick_off(tx, alert, [said for said in action.steps if self.gate.known(alert, said.step)], action, now)
        return decision


def _tick_off(tx: AlarmTransaction, alert: Alert, steps: Sequence[StepMark], action: Action, now: datetime) -> None:
    marks = [MarkedStep(said.step, said.state, said.reason, action.actor, now) for said in steps]
    if not marks:
        return
    tx.put_script_marks(alert.id, marks)
    tx.add_entries(
        alert.id,
        [
            Entry(
                EntryKind.SCRIPT_STEP,
                action.actor,
                now,
                action.source,
                mark.reason or "",
                {"step": mark.step, "state": mark.state},
            )
            for mark in marks
        ],
    )
