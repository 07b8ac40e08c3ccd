"""A step fires: who is reached is told and written down, and so is who is not, and why."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from backend.domain.alert.model import SYSTEM, Alert, Entry, EntryKind
from backend.domain.alert.notable import raise_severity, ring
from backend.domain.escalation.policy import LAST_RESORT, Policy
from backend.domain.escalation.run import (
    Acceptance,
    Next,
    Run,
    Trouble,
    Why,
    fired,
    is_last_resort,
    met_roles,
    role_of,
    skipped,
)
from backend.domain.escalation.targets import DutyRole, Level, Nobody, Reach, Recipient, Target, TargetKind
from backend.services.alarm.apply import apply
from backend.services.escalation.ports import EscalationTransaction, Scene
from backend.services.notices.ports import POLICY_STEPS, NewNotice, NoticeKind, notice_id
from contract.vocabulary import SOS, Severity

SERVICE: Final = "care.service.pressed"
CALL_OUT_LASTS: Final = timedelta(minutes=30)
"""A call for help that has not got through by then is not worth sending; others have been told long since."""
_ENTRY: Final = {
    Trouble.NOBODY_REACHED: EntryKind.NOBODY_REACHED,
    Trouble.NOBODY_ON_DUTY: EntryKind.NOBODY_ON_DUTY,
    Trouble.ALL_CHANNELS_FAILED: EntryKind.ALL_CHANNELS_FAILED,
}


@dataclass(frozen=True, slots=True)
class StepFiring:
    """One firing of one step of one alert."""

    tx: EscalationTransaction
    policy: Policy
    following: Next
    acceptances: Collection[Acceptance]
    now: datetime

    def fire(self, alert: Alert, run: Run) -> tuple[Alert, Run]:
        """The alert and the run afterwards. A step that reaches nobody is skipped at once, and the timeline says so."""
        last_resort = is_last_resort(self.policy, run)
        reaches = self._reaches(alert, last_resort)
        if last_resort and run.trouble is None and not self.policy.needs.nobody:
            alert, run = say_trouble(self.tx, alert, run, _trouble(run, reaches), self.now)
        orders = self._orders(alert)
        told = self._notices(alert, run, reaches)
        desks = self._offers(alert, run, reaches)
        asked = len({recipient.id for reach in reaches for recipient in reach.recipients}) + len(orders)
        detail = self._detail(run, reaches, desks, orders)
        if not asked and not last_resort:
            self._tell_missed(alert, EntryKind.STEP_SKIPPED)
            self._tell(alert, EntryKind.STEP_SKIPPED, detail)
            return alert, skipped(self.policy, run)
        kind = EntryKind.ESCALATED
        self._tell_missed(alert, kind)
        if any(reach.desks for reach in reaches) and run.fired_at is not None:
            decision = ring(alert, kind, SYSTEM, self.now, str(self.following.why), detail)
            apply(self.tx, decision, (), self.now)
            alert = decision.alert
        else:
            self._tell(alert, kind, {**detail, "notices": told})
        return alert, fired(self.policy, run, asked, self.now, first_number(alert))

    def _wanted(self, alert: Alert, last_resort: bool = False) -> list[Target]:
        """The targets, but for those of whose role enough have accepted; the last resort's desk hears it always."""
        met = met_roles(self.policy, alert, self.acceptances)
        targets = self.following.firing.notify if self.following.firing else ()
        return [
            target
            for target in targets
            if role_of(target) not in met or (last_resort and target.kind is TargetKind.DESK)
        ]

    def _reaches(self, alert: Alert, last_resort: bool) -> list[Reach]:
        scene = Scene(alert.id, alert.home_id, alert.organisation_id)
        wanted = [target for target in self._wanted(alert, last_resort) if target.kind is not TargetKind.WORK_ORDER]
        return [self.tx.cover.reach(target, scene, self.now) for target in wanted]

    def _orders(self, alert: Alert) -> list[str]:
        if not any(target.kind is TargetKind.WORK_ORDER for target in self._wanted(alert)):
            return []
        order = self.tx.work_orders.for_alert(alert, self.now)
        return [order] if order is not None else []

    def _notices(self, alert: Alert, run: Run, reaches: Collection[Reach]) -> int:
        facts = self.tx.facts(alert)
        notices = {}
        for reach in reaches:
            for recipient in reach.recipients:
                if recipient.contact_points and recipient.id not in notices:
                    notices[recipient.id] = self._notice(alert, run, recipient, facts)
        return self.tx.notices.put(list(notices.values()), self.now)

    def _notice(self, alert: Alert, run: Run, recipient: Recipient, facts: Any) -> NewNotice:
        first = first_number(alert)
        return NewNotice(
            id=notice_id(alert.id, NoticeKind.CALL_OUT, first + run.step, run.round, recipient.id),
            kind=NoticeKind.CALL_OUT,
            severity=alert.severity,
            recipient_kind=recipient.kind,
            recipient_id=recipient.id,
            recipient_name=recipient.name,
            created_at=self.now,
            deadline_at=self.now + CALL_OUT_LASTS,
            contact_points=recipient.contact_points,
            role=recipient.role,
            alert_id=alert.id,
            step=first + run.step,
            round=run.round,
            sos=alert.type == SOS,
            facts=facts,
        )

    def _offers(self, alert: Alert, run: Run, reaches: Collection[Reach]) -> list[str]:
        desks = list(dict.fromkeys(desk for reach in reaches for desk in reach.desks))
        reason = "last_resort" if is_last_resort(self.policy, run) else "step"
        new = [desk for desk in desks if self.tx.offer(alert.id, desk, reason, self.now)]
        if new:
            self._tell(alert, EntryKind.OFFERED, {"desks": new})
        return desks

    def _detail(
        self, run: Run, reaches: Collection[Reach], desks: Collection[str], orders: Collection[str]
    ) -> dict[str, Any]:
        firing = self.following.firing
        told = {recipient.id: recipient.name for reach in reaches for recipient in reach.recipients}
        nobody = [_why(reach) for reach in reaches if reach.nobody is not None]
        left_out = [{"name": name, "reason": str(why)} for reach in reaches for name, why in reach.left_out]
        found: dict[str, Any] = {
            "policy": self.policy.id,
            "step": firing.step + 1 if firing else None,
            "steps": len(self.policy.steps),
            "round": run.round if is_last_resort(self.policy, run) else firing.round if firing else 0,
            "why": str(self.following.why),
            "due": self.following.due.isoformat() if self.following.due else None,
            "told": list(told.values()),
            "desks": list(desks),
            "nobody": nobody,
            "left_out": left_out,
            "work_orders": list(orders),
        }
        return {name: value for name, value in found.items() if value not in ([], None)}

    def _tell_missed(self, alert: Alert, kind: EntryKind) -> None:
        for firing, due in self.following.missed:
            detail = {"policy": self.policy.id, "step": firing.step + 1, "round": firing.round, "due": due.isoformat()}
            entry = Entry(kind, SYSTEM, self.now, "escalation", str(Why.MISSED), detail)
            self.tx.add_entries(alert.id, [entry])

    def _tell(self, alert: Alert, kind: EntryKind, detail: dict[str, Any]) -> None:
        self.tx.add_entries(alert.id, [Entry(kind, SYSTEM, self.now, "escalation", str(self.following.why), detail)])
        self.tx.touch(alert.id)


def first_number(alert: Alert) -> int:
    """From which step on its notices count: those of the policy before an insistent service press are others."""
    insisted = alert.type == SERVICE and alert.severity is not Severity.ADVISORY
    return POLICY_STEPS // 2 if insisted else 0


def _trouble(run: Run, reaches: Collection[Reach]) -> Trouble:
    """Who is told only now, by steps that were missed, is on duty too."""
    missed = any(reach.recipients for reach in reaches if reach.target not in LAST_RESORT)
    return Trouble.NOBODY_REACHED if run.asked or missed else Trouble.NOBODY_ON_DUTY


def _why(reach: Reach) -> dict[str, str]:
    target = reach.target
    return {"target": str(target.kind), "level": str(target.level), "reason": str(reach.nobody or Nobody.CLOSED)}


def say_trouble(
    tx: EscalationTransaction, alert: Alert, run: Run, trouble: Trouble, now: datetime
) -> tuple[Alert, Run]:
    """An emergency at the district desk: it rings there, the alert becomes one, the district's managers are told."""
    scene = Scene(alert.id, alert.home_id, alert.organisation_id)
    desk = tx.cover.reach(Target(TargetKind.DESK, Level.DISTRICT), scene, now)
    for organisation in desk.desks:
        tx.offer(alert.id, organisation, str(trouble), now)
    rung = ring(alert, _ENTRY[trouble], SYSTEM, now, str(trouble), {"desks": list(desk.desks)})
    apply(tx, rung, (), now)
    alert = rung.alert
    if alert.severity is not Severity.TECHNICAL:
        graver = raise_severity(alert, Severity.EMERGENCY, SYSTEM, now, str(trouble))
        apply(tx, graver, (), now)
        alert = graver.alert
    managers = tx.cover.reach(Target(TargetKind.ON_DUTY, Level.DISTRICT, DutyRole.MANAGER), scene, now)
    facts = {**tx.facts(alert), "trouble": str(trouble)}
    tx.notices.put([_trouble_notice(alert, run, each, facts, now) for each in managers.recipients], now)
    return alert, replace(run, trouble=trouble, version=run.version + 1)


def _trouble_notice(alert: Alert, run: Run, recipient: Recipient, facts: dict[str, Any], now: datetime) -> NewNotice:
    step = first_number(alert) + run.step
    return NewNotice(
        id=notice_id(alert.id, NoticeKind.DESK_TROUBLE, step, run.round, recipient.id),
        kind=NoticeKind.DESK_TROUBLE,
        severity=Severity.EMERGENCY,
        recipient_kind=recipient.kind,
        recipient_id=recipient.id,
        recipient_name=recipient.name,
        created_at=now,
        deadline_at=now + CALL_OUT_LASTS,
        contact_points=recipient.contact_points,
        alert_id=alert.id,
        step=step,
        round=run.round,
        sos=alert.type == SOS,
        facts=facts,
    )
