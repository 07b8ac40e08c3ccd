"""An operator sends somebody out by hand: a call-out notice, an assignment, and the alert says who was asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from backend.domain.alert import lifecycle
from backend.domain.alert.lifecycle import Action, Verb
from backend.domain.alert.model import Actor, Alert, Entry, EntryKind
from backend.domain.answering.model import Assignment
from backend.domain.escalation.targets import DutyRole, RecipientKind
from backend.services.alarm.apply import apply
from backend.services.alarm.ports import Clock, Ids
from backend.services.answering.call_out import BY_HAND_STEP, call_out
from backend.services.answering.link import Ask, assign
from backend.services.answering.ports import AnswerStore, AnswerTransaction, Callee
from backend.services.answering.seals import Seals
from contract.vocabulary import Handling


class NotSent(StrEnum):
    """Why nobody was sent."""

    NO_ALERT = "no_alert"
    NOBODY = "nobody"
    NO_CHANNEL = "no_channel"
    KEY_REUSED = "key_reused"


class NotSentError(Exception):
    """Nothing was changed. A `lifecycle.Refusal` is raised where the alert does not allow it."""

    def __init__(self, why: NotSent) -> None:
        super().__init__(str(why))
        self.why = why


@dataclass(frozen=True, slots=True)
class SendOut:
    """The use case."""

    store: AnswerStore
    clock: Clock
    ids: Ids
    seals: Seals

    def __call__(
        self, alert_id: str, kind: RecipientKind, callee_id: str, operator: Actor, key: str | None
    ) -> Assignment:
        """`key`: the request's Idempotency-Key; the same one sends once. Each further one calls the person again."""
        now = self.clock.now()
        fingerprint = f"send-out {alert_id} {kind} {callee_id}"
        with self.store.begin() as tx:
            alert = tx.alert(alert_id)
            if alert is None:
                raise NotSentError(NotSent.NO_ALERT)
            callee = tx.callee(kind, callee_id)
            if callee is None:
                raise NotSentError(NotSent.NOBODY)
            before = tx.done_before(operator.id, key) if key is not None else None
            if before is not None:
                return _sent_before(tx, alert_id, callee, before == fingerprint)
            if not callee.contact_points:
                raise NotSentError(NotSent.NO_CHANNEL)
            _dispatch(tx, alert, operator, callee, now)
            notice = call_out(tx, alert, callee, BY_HAND_STEP, now)
            ask = Ask(
                alert.id,
                notice.id,
                callee.kind,
                callee.id,
                callee.name,
                DutyRole.RESPONDER,
                callee.organisation_id or alert.organisation_id,
                operator.name,
            )
            made = assign(tx, ask, self.seals, self.ids, now)
            if key is not None and not tx.mark_done(operator.id, key, fingerprint, now):
                raise NotSentError(NotSent.KEY_REUSED)
            tx.commit()
        return made


def _dispatch(tx: AnswerTransaction, alert: Alert, operator: Actor, callee: Callee, now: datetime) -> None:
    """The alert says who was asked. Where somebody is on the way or there, a further one changes only the timeline."""
    if alert.handling in (Handling.EN_ROUTE, Handling.ARRIVED):
        entry = Entry(EntryKind.DISPATCHED, operator, now, "console", "further", {"responder": callee.name})
        tx.add_entries(alert.id, [entry])
        tx.touch(alert.id)
        return
    decision = lifecycle.decide(alert, Action(Verb.DISPATCH, operator, responder=callee.name), now)
    device = tx.device(alert.device_id)
    apply(tx, decision, device.hearing if device is not None else (), now)


def _sent_before(tx: AnswerTransaction, alert_id: str, callee: Callee, same: bool) -> Assignment:
    for one in tx.assignments(alert_id):
        if same and (one.recipient_kind, one.recipient_id) == (callee.kind, callee.id):
            return one
    raise NotSentError(NotSent.KEY_REUSED)
