"""What a step by somebody who was called out means for the alert, its timeline, its escalation and the desk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from backend.domain.alert import lifecycle
from backend.domain.alert.lease import renew
from backend.domain.alert.lifecycle import Action, Refused, Verb
from backend.domain.alert.model import Actor, ActorKind, Alert, Decision, Entry, EntryKind
from backend.domain.alert.notable import ring
from backend.domain.answering.model import ON_IT, Assignment, Refusal, Step, StepKind, Why
from backend.domain.escalation.targets import DutyRole, RecipientKind
from backend.services.alarm.apply import apply
from backend.services.alarm.ports import Ids
from backend.services.answering.ports import AnswerTransaction, KeyUse
from backend.services.notices.ports import NewNotice, NoticeKind, notice_id
from contract.vocabulary import Severity

TROUBLE_DEADLINE: Final = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Effects:
    """Within one transaction; `before` and `after` are the assignment around the step."""

    tx: AnswerTransaction
    alert: Alert
    before: Assignment
    after: Assignment
    source: str
    now: datetime
    desk: Actor | None = None
    """The operator who writes it down for somebody on the phone."""

    def of(self, step: Step, ids: Ids) -> None:
        """Puts everything that follows from `step` into the transaction. Raises `Refusal` where the alert is taken."""
        match step.kind:
            case StepKind.OPEN:
                self._note(EntryKind.RESPONDER_OPENED)
            case StepKind.ACCEPT:
                self._accept()
            case StepKind.PASS:
                self._pass()
            case StepKind.HOLD:
                self._hold()
            case StepKind.EN_ROUTE:
                self._en_route(step.minutes or 0)
            case StepKind.ARRIVED:
                self._move(Verb.ARRIVED, EntryKind.RESPONDER_ARRIVED)
            case StepKind.DONE:
                self._ring(EntryKind.RESPONDER_DONE, "done", outcome=step.outcome, text=step.note)
            case StepKind.ASK_SECOND:
                self._ring(EntryKind.RESPONDER_ALARM, "second_person_wanted")
            case StepKind.FORCED_ENTRY:
                self._note(EntryKind.RESPONDER_ARRIVED, "forced_entry")
            case StepKind.ALL_RIGHT:
                self._all_right()
            case StepKind.PANIC:
                self._panic()
            case StepKind.KEY_TAKEN:
                self._key_taken(step.key or "", ids)
            case StepKind.KEY_RETURNED:
                self._key_returned()

    @property
    def actor(self) -> Actor:
        """Who did it: somebody of the staff where an operator has an account, else a responder."""
        mine = self.after
        if mine.role is not DutyRole.RESPONDER:
            staff = self.tx.staff_of(mine.recipient_kind, mine.recipient_id)
            if staff is not None:
                return Actor(ActorKind.STAFF, staff, mine.recipient_name)
        return Actor(ActorKind.RESPONDER, mine.recipient_id, mine.recipient_name)

    def _accept(self) -> None:
        verb = Verb.RESPOND if self.after.role is DutyRole.RESPONDER else Verb.ACCEPT
        try:
            decision = lifecycle.decide(self.alert, Action(verb, self.actor, self.source), self.now)
        except lifecycle.Refusal as refusal:
            holder = refusal.alert.holder
            if refusal.reason is Refused.ALREADY_ACCEPTED and holder is not None:
                raise Refusal(Why.TAKEN, holder.name, refusal.alert.held_since) from None
            raise Refusal(Why.ALERT_CLOSED) from None
        self._apply(decision)

    def _pass(self) -> None:
        if self.after.notice_id is not None:
            self.tx.notices.pass_on(self.after.notice_id, self.now)
        if self.before.state in ON_IT:
            # Somebody was counted on and does not come: the desk must know at once, and see nobody on the way.
            gone = self.alert
            if gone.responder == self.after.recipient_name:
                gone = replace(gone, responder=None, eta_minutes=None, eta_at=None)
            replace(self, alert=gone)._ring(EntryKind.NOTICE_PASSED, "withdrew")
            return
        self._note(EntryKind.NOTICE_PASSED)
        self.tx.wake_run(self.alert.id, self.now)

    def _hold(self) -> None:
        until = self.after.held_until
        if until is not None:
            self.tx.hold_run(self.alert.id, until)
        self._note(EntryKind.HELD, until=until.isoformat() if until else None)

    def _en_route(self, minutes: int) -> None:
        eta = self.after.eta_at
        sooner = self.alert.eta_at is not None and eta is not None and self.alert.eta_at < eta
        if sooner and self.alert.responder != self.after.recipient_name:
            # Somebody else is there before: the resident has been told their minutes.
            self._note(EntryKind.RESPONDER_EN_ROUTE, eta_minutes=minutes)
            return
        self._move(Verb.EN_ROUTE, EntryKind.RESPONDER_EN_ROUTE, eta_minutes=minutes)

    def _move(self, verb: Verb, kind: EntryKind, **fields: Any) -> None:
        """The alert goes along where it can; the timeline says that it was a responder, in one line."""
        try:
            decision = lifecycle.decide(self.alert, Action(verb, self.actor, self.source, **fields), self.now)
        except lifecycle.Refusal:
            self._note(kind, **fields)
            return
        self._apply(replace(decision, entries=tuple(replace(entry, kind=kind) for entry in decision.entries)))

    def _all_right(self) -> None:
        renewed = renew(self.alert, self.actor, self.now)
        if renewed is not self.alert:
            self.tx.save_alert(renewed)
        self._note(EntryKind.NOTED, "all_right", text="我没事 · I am all right")

    def _panic(self) -> None:
        self._ring(EntryKind.RESPONDER_ALARM, "panic")
        tell_desk(self.tx, self.alert, self.after, "panic", self.now)

    def _key_taken(self, kind: str, ids: Ids) -> None:
        if self.alert.home_id is None:
            raise Refusal(Why.UNKNOWN_KEY)
        mine = self.after
        use = KeyUse(ids.new(), self.alert.home_id, self.alert.id, mine.id, mine.recipient_name, kind, self.now)
        self.tx.add_key_use(use)
        self._note(EntryKind.KEY_USED, "taken", key=kind)

    def _key_returned(self) -> None:
        for use in self.tx.keys_out(self.after.id):
            self.tx.return_key(use.id, self.now)
            self._note(EntryKind.KEY_USED, "returned", key=use.kind)

    def _ring(self, kind: EntryKind, reason: str, **detail: Any) -> None:
        decision = ring(self.alert, kind, self.actor, self.now, reason, _told(detail))
        if decision.changed:
            self._apply(decision)
        else:
            self._note(kind, reason, **detail)

    def _note(self, kind: EntryKind, reason: str = "", **detail: Any) -> None:
        self._apply(
            Decision(self.alert, reason, (Entry(kind, self.actor, self.now, self.source, reason, _told(detail)),)),
            moved=False,
        )

    def _apply(self, decision: Decision, moved: bool = True) -> None:
        """`moved` False: only the timeline grows. Who wrote it down for somebody on the phone stands in each line."""
        entries = decision.entries
        if self.desk is not None:
            by = {"written_by": self.desk.name}
            entries = tuple(replace(entry, detail={**entry.detail, **by}) for entry in entries)
        if moved:
            device = self.tx.device(self.alert.device_id)
            hearing = device.hearing if device is not None else ()
            apply(self.tx, replace(decision, entries=entries), hearing, self.now)
            return
        self.tx.add_entries(self.alert.id, entries)
        self.tx.touch(self.alert.id)


def _told(detail: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in detail.items() if value is not None}


def tell_desk(tx: AnswerTransaction, alert: Alert, mine: Assignment, reason: str, now: datetime) -> None:
    """A notice to the organisation of somebody who may be in trouble, besides the desk that rings."""
    desk = tx.desk(mine.organisation_id or alert.organisation_id)
    subject = f"{alert.id}/{mine.id}/{reason}/{now.isoformat()}"
    tx.notices.put(
        [
            NewNotice(
                id=notice_id(subject, NoticeKind.DESK_TROUBLE, 0, 0, desk.id),
                kind=NoticeKind.DESK_TROUBLE,
                severity=Severity.EMERGENCY,
                recipient_kind=RecipientKind.ORGANISATION,
                recipient_id=desk.id,
                recipient_name=desk.name,
                created_at=now,
                deadline_at=now + TROUBLE_DEADLINE,
                contact_points=desk.contact_points,
                alert_id=alert.id,
                facts={**tx.facts(alert), "trouble": reason, "responder": mine.recipient_name},
            )
        ],
        now,
    )
