"""An operator sends somebody out by hand: a call-out notice, an assignment, and the alert says who was asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from backend.domain.alert import lifecycle
from backend.domain.alert.lifecycle import Action, Verb
from backend.domain.alert.model import Actor, Alert
from backend.domain.answering.model import Assignment
from backend.domain.escalation.targets import DutyRole, RecipientKind
from backend.services.alarm.apply import apply
from backend.services.alarm.ports import Clock, Ids
from backend.services.answering.link import Ask, assign
from backend.services.answering.ports import AnswerStore, AnswerTransaction, Callee
from backend.services.answering.seals import Seals
from backend.services.notices.ports import NewNotice, NoticeKind, notice_id
from contract.vocabulary import SOS

BY_HAND_STEP: Final = 1000
"""Beyond every step of a policy, so that a call by hand is never counted as one."""
TRIED_FOR: Final = timedelta(minutes=10)


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
            action = Action(Verb.DISPATCH, operator, responder=callee.name)
            decision = lifecycle.decide(alert, action, now)
            device = tx.device(alert.device_id)
            apply(tx, decision, device.hearing if device is not None else (), now)
            notice = _notice(alert, callee, tx.facts(alert), now)
            tx.notices.put([notice], now)
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


def _sent_before(tx: AnswerTransaction, alert_id: str, callee: Callee, same: bool) -> Assignment:
    for one in tx.assignments(alert_id):
        if same and (one.recipient_kind, one.recipient_id) == (callee.kind, callee.id):
            return one
    raise NotSentError(NotSent.KEY_REUSED)


def _notice(alert: Alert, callee: Callee, facts: Mapping[str, Any], now: datetime) -> NewNotice:
    # The moment makes it a notice of its own each time: an operator who calls again wants it sent again.
    round_ = int(now.timestamp())
    return NewNotice(
        id=notice_id(alert.id, NoticeKind.CALL_OUT, BY_HAND_STEP, round_, callee.id),
        kind=NoticeKind.CALL_OUT,
        severity=alert.severity,
        recipient_kind=callee.kind,
        recipient_id=callee.id,
        recipient_name=callee.name,
        created_at=now,
        deadline_at=now + TRIED_FOR,
        contact_points=callee.contact_points,
        role=DutyRole.RESPONDER,
        alert_id=alert.id,
        step=BY_HAND_STEP,
        round=round_,
        sos=alert.type == SOS,
        facts=facts,
    )
