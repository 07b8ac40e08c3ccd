"""Nobody hears the person: the key holder is sent at once, and the desk is told when nobody can be sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import structlog

from backend.domain.alert.model import SYSTEM, Alert, Decision, Entry, EntryKind
from backend.domain.alert.notable import ring
from backend.domain.escalation.targets import ContactRole, DutyRole, Level, Recipient, Target, TargetKind
from backend.domain.script.model import Book
from backend.domain.script.situation import Surroundings, expects_voice
from backend.domain.script.voice import ENDS, Cause, can_speak, grade, judge
from backend.services.alarm.apply import apply
from backend.services.alarm.ports import Clock
from backend.services.escalation.ports import Scene
from backend.services.notices.ports import NewNotice, NoticeKind, notice_id
from backend.services.script.ports import ScriptStore, ScriptTransaction, Watch
from contract.vocabulary import SOS

log = structlog.get_logger()

NOTICE_STEP: Final = 900
"""The step of the no-voice notice: beside every step of a policy, so that neither counts as the other's."""
TRIED_FOR: Final = timedelta(minutes=10)
"""How long the key holder's channels are tried: as long as on the way lasts beyond its minutes (design §5)."""
WHO: Final = (
    Target(TargetKind.CONTACTS, contact_roles=(ContactRole.KEY_HOLDER,), most=1),
    Target(TargetKind.RESPONDERS, most=1),
    Target(TargetKind.RESPONDERS, Level.PARENT, most=1),
)
"""Who is sent: the first key holder, else the nearest responder of the centre, else of the one above."""


def look(tx: ScriptTransaction, book: Book, alert: Alert, now: datetime) -> Alert:
    """Judges the silence of `alert` (locked, as it stands in the transaction) and acts on it once."""
    before = tx.watch(alert.id)
    if before is not None and (before.over or before.fired_at is not None):
        return alert
    around = tx.surroundings(alert)
    expected = expects_voice(book.script_for(alert.type))
    verdict = judge(alert, expected, tx.calls_of(alert.id), can_speak(around.residents), now)
    if verdict.cause is Cause.NOT_ACCEPTED:
        return alert
    if verdict.fires:
        return _send(tx, alert, around, verdict.cause, now)
    tx.put_watch(Watch(alert.id, verdict.cause, due_at=verdict.due_at, over=verdict.cause in ENDS))
    return alert


def _send(tx: ScriptTransaction, alert: Alert, around: Surroundings, cause: Cause, now: datetime) -> Alert:
    recipient = _first(tx, alert, now)
    silence = grade(around.high_risk, alert, around.open_types, recipient is None)
    detail: dict[str, Any] = {"silence": str(silence)}
    if recipient is not None:
        tx.notices.put([_notice(tx, alert, recipient, cause, now)], now)
        detail |= {"sent": {"kind": str(recipient.kind), "id": recipient.id, "name": recipient.name}}
    tx.put_watch(Watch(alert.id, cause, silence, fired_at=now, sent=recipient))
    entry = Entry(EntryKind.NO_VOICE, SYSTEM, now, "timer", str(cause), detail)
    if recipient is not None:
        tx.add_entries(alert.id, [entry])
        tx.touch(alert.id)
        return alert
    # Nobody can be sent: the desk must not believe that somebody goes.
    rung = ring(alert, EntryKind.NOBODY_REACHED, SYSTEM, now, "no_key_holder")
    apply(tx, Decision(rung.alert, rung.reason, (entry, *rung.entries)), (), now)
    return rung.alert


def _first(tx: ScriptTransaction, alert: Alert, now: datetime) -> Recipient | None:
    scene = Scene(alert.id, alert.home_id, alert.organisation_id)
    for target in WHO:
        reach = tx.cover.reach(target, scene, now)
        if reach.recipients:
            return reach.recipients[0]
    return None


def _notice(tx: ScriptTransaction, alert: Alert, recipient: Recipient, cause: Cause, now: datetime) -> NewNotice:
    return NewNotice(
        id=notice_id(alert.id, NoticeKind.CALL_OUT, NOTICE_STEP, 0, recipient.id),
        kind=NoticeKind.CALL_OUT,
        severity=alert.severity,
        recipient_kind=recipient.kind,
        recipient_id=recipient.id,
        recipient_name=recipient.name,
        created_at=now,
        deadline_at=now + TRIED_FOR,
        contact_points=recipient.contact_points,
        role=DutyRole.RESPONDER,
        alert_id=alert.id,
        step=NOTICE_STEP,
        sos=alert.type == SOS,
        facts={**tx.facts(alert), "no_voice": str(cause)},
    )


@dataclass(frozen=True, slots=True)
class WatchVoice:
    """The use case; a tick of the worker. Any number of processes may run it."""

    store: ScriptStore
    book: Book
    clock: Clock

    def __call__(self, limit: int = 100) -> int:
        """How many alerts were looked at. Each in a transaction of its own: one that fails holds up no other.

        Raises the last failure once all have been looked at, so that the tick is known to have failed.
        """
        failure: Exception | None = None
        ids = self.store.to_watch(self.clock.now(), limit)
        for alert_id in ids:
            try:
                self._look(alert_id)
            except Exception as error:
                log.error("no_voice_look_failed", alert_id=alert_id, error=type(error).__name__)
                failure = error
        if failure is not None:
            raise failure
        return len(ids)

    def _look(self, alert_id: str) -> None:
        with self.store.begin() as tx:
            alert = tx.free_alert(alert_id)
            if alert is None:
                return
            look(tx, self.book, alert, self.clock.now())
            tx.commit()
