"""Who was asked and rung about an alert of the demo's past: steps that fired, notices that did not leave, calls."""

from __future__ import annotations

from datetime import datetime, timedelta

from backend.domain.alert.model import SYSTEM, Actor, EntryKind
from backend.domain.alert.notable import heard
from backend.domain.demo.cases import NOT_SENT, SOURCE, STEPS, Case, Desk
from backend.domain.demo.crew import Member
from backend.domain.demo.dice import Dice, identifier
from contract.vocabulary import SOS


def escalated(dice: Dice, case: Case, desk: Desk, accepted_at: datetime) -> None:
    """The steps that fired before somebody had it; the first asks the operators on duty, by a notice not sent."""
    steps = STEPS[case.policy]
    for number, after in enumerate(steps):
        due = case.alert.received_at + timedelta(seconds=after)
        fired_at = due + timedelta(milliseconds=dice.randint(50, 950))
        if fired_at >= accepted_at:
            break
        told = [member.name for member in desk.operators] if number == 0 else []
        case.fired, case.asked = number + 1, case.asked + len(told)
        case.tell(
            EntryKind.ESCALATED,
            SYSTEM,
            fired_at,
            "step_is_due",
            policy=case.policy,
            step=number + 1,
            steps=len(steps),
            round=0,
            why="step_is_due",
            due=due.isoformat(),
            told=told,
            desks=[desk.desk],
        )
        if number == 0:
            for member in desk.operators:
                _notice(dice, case, member, fired_at)


def _notice(dice: Dice, case: Case, member: Member, at: datetime) -> None:
    notice, alert = identifier(dice), case.alert
    ended_at = at + timedelta(milliseconds=dice.randint(30, 400))
    point = f"{member.id}-sms"
    case.add(
        "notices",
        {
            "id": notice,
            "kind": "call_out",
            "severity": str(alert.severity),
            "priority": 0 if alert.type == SOS else alert.severity.rank + 1,
            "alert_id": alert.id,
            "step": 0,
            "round": 0,
            "recipient_kind": "person",
            "recipient_id": member.id,
            "recipient_name": member.name,
            "role": "operator",
            "contact_points": [point],
            "position": 0,
            "attempts": 1,
            "voice_only": False,
            "facts": {},
            "state": "delivered",
            "cause": NOT_SENT,
            "created_at": at,
            "due_at": at,
            "deadline_at": at + timedelta(minutes=30),
            "sent_at": ended_at,
            "ended_at": ended_at,
        },
    )
    case.add(
        "delivery_attempts",
        {
            "notice_id": notice,
            "contact_point_id": point,
            "attempt": 1,
            "channel": "sms",
            "began_at": at,
            "ended_at": ended_at,
            "result": "delivered",
            "cause": NOT_SENT,
        },
    )
    recipient = {"kind": "person", "id": member.id, "name": member.name}
    case.tell(
        EntryKind.NOTICE_DELIVERED, SYSTEM, ended_at, NOT_SENT, notice=notice, kind="call_out", recipient=recipient,
        channel="sms",
    )  # fmt: skip


def called(
    dice: Dice, case: Case, to: tuple[str, str | None, str], by: Actor, at: datetime, spoken_at: datetime | None
) -> datetime:
    """A call to (kind, id, number), and when it ended. `spoken_at`: when somebody spoke; None: nobody answered."""
    kind, to_id, number = to
    call = identifier(dice)
    seconds = dice.randint(20, 240) if spoken_at is not None else None
    ended_at = spoken_at + timedelta(seconds=seconds) if spoken_at and seconds else at + timedelta(seconds=35)
    result = "spoken" if spoken_at is not None else "no_answer"
    case.tell(EntryKind.CALLED, by, at, kind, call_id=call, to=kind, to_id=to_id)
    if spoken_at is not None and kind != "emergency_service":
        case.take(heard(case.alert, by, SOURCE, spoken_at), spoken_at)
    case.tell(EntryKind.CALL_ENDED, by, ended_at, result, call_id=call, to=kind, to_id=to_id, seconds=seconds)
    case.add(
        "calls",
        {
            "id": call,
            "alert_id": case.alert.id,
            "to_kind": kind,
            "to_id": to_id,
            "number": number,
            "actor_kind": str(by.kind),
            "actor_id": by.id,
            "actor_name": by.name,
            "began_at": at,
            "result": result,
            "ended_at": ended_at,
            "seconds": seconds,
        },
    )
    return ended_at
