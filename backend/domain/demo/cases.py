"""How one call for help of the demo's past went, second by second: moved by the same rules as a live alert."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

from backend.domain.accounting.account import Account
from backend.domain.alert.lifecycle import Action, Verb, decide
from backend.domain.alert.model import SYSTEM, Actor, Alert, AlertId, Answer, Decision, Entry, EntryKind
from backend.domain.alert.notable import heard
from backend.domain.alert.raising import Place, Press, clear, raise_alert
from backend.domain.alert.timing import PressTime
from backend.domain.delivery.model import Cause
from backend.domain.demo.crew import Member
from backend.domain.demo.dice import Dice, identifier
from backend.domain.demo.households import Home
from backend.domain.demo.land import Row
from backend.domain.demo.terminals import BOOT
from contract.vocabulary import SOS

SOURCE: Final = "demo"
"""Where every line of the past says that it comes from."""
NOT_SENT: Final = str(Cause.DEMO_NOT_SENT)
"""Why no notice of the demo ever left."""
STEPS: Final[Mapping[str, Sequence[int]]] = {
    "sos": (0, 30, 60, 90),
    "family": (0, 60, 150),
    "service_open": (0,),
    "service_closed": (0, 120),
    "fire_gas": (0, 20, 60),
    "urgent": (0, 60, 120),
}
"""Of each policy by which the past went: when its steps fire, in seconds."""
CLEARS: Final[Mapping[str, str]] = {
    "care.smoke.detected": "care.smoke.cleared",
    "care.gas.detected": "care.gas.cleared",
    "care.leak.detected": "care.leak.cleared",
}


@dataclass(frozen=True, slots=True)
class Sent:
    """An event of a device: its numbers, and to which alert it belongs."""

    device_id: str
    event_id: str
    type: str
    at: datetime
    received_at: datetime
    boot: int
    seq: int
    sos_seq: int | None
    alert_id: AlertId
    answered_at: datetime | None


@dataclass(slots=True)
class Counters:
    """The numbers of one device so far, and what the platform made of them."""

    seq: int = 0
    sos_seq: int = 0
    account: Account = field(default_factory=Account)
    heard_at: datetime | None = None
    last: dict[str, AlertId] = field(default_factory=dict)


@dataclass(slots=True)
class Case:
    """An alert that is over, with everything that stands about it. `rows`: by table, besides the alert's own."""

    alert: Alert
    policy: str
    fired: int = 0
    asked: int = 0
    entries: list[Entry] = field(default_factory=list)
    answers: list[tuple[Answer, datetime]] = field(default_factory=list)
    events: list[Sent] = field(default_factory=list)
    rows: dict[str, list[Row]] = field(default_factory=dict)

    def take(self, decision: Decision, at: datetime) -> None:
        """The alert after a decision, and what it says and answers."""
        self.alert = decision.alert
        self.entries += decision.entries
        self.answers += [(answer, at) for answer in decision.answers]

    def add(self, table: str, row: Row) -> None:
        """A row about the alert in another part's table."""
        self.rows.setdefault(table, []).append(row)

    def tell(self, kind: EntryKind, actor: Actor, at: datetime, reason: str = "", /, **detail: Any) -> None:
        """A line of the timeline that changes nothing in the alert."""
        self.entries.append(Entry(kind, actor, at, SOURCE, reason, detail))


@dataclass(frozen=True, slots=True)
class Desk:
    """Who sat where when it came: the organisation responsible, its desk, and the operators on duty there."""

    responsible: str
    desk: str
    desk_name: str
    phone: str
    operators: Sequence[Member]

    @property
    def holder(self) -> Member:
        """Who takes it."""
        return self.operators[0]


def raised(dice: Dice, type_: str, home: Home, at: datetime, desk: Desk, counters: Counters, policy: str) -> Case:
    """The press arrives: an alert, its event, its first answer."""
    device = home.sensor if type_ in CLEARS and home.sensor is not None else home.terminal
    received_at = at + timedelta(milliseconds=dice.randint(120, 900))
    alert_id = AlertId(identifier(dice))
    sent = _sent(dice, type_, device, at, received_at, counters, alert_id)
    press = Press(device, type_, sent.event_id, PressTime(at, None, ()), received_at, SOURCE)
    room = "厨房" if device == home.sensor else home.room
    place = Place(True, home.id, room, desk.responsible)
    decision = raise_alert(alert_id, press, place, counters.last.get(type_), received_at)
    counters.last[type_] = alert_id
    case = Case(decision.alert, policy, events=[sent])
    case.take(decision, received_at)
    return case


def cleared(dice: Dice, case: Case, counters: Counters, at: datetime) -> None:
    """The sensor says that it is over."""
    alert = case.alert
    received_at = at + timedelta(milliseconds=dice.randint(120, 900))
    type_ = CLEARS[alert.type]
    case.events.append(_sent(dice, type_, alert.device_id, at, received_at, counters, alert.id))
    press = Press(alert.device_id, type_, None, PressTime(at, None, ()), received_at, SOURCE)
    case.take(clear(alert, press, received_at), received_at)


def _sent(
    dice: Dice, type_: str, device: str, at: datetime, received_at: datetime, counters: Counters, alert_id: AlertId
) -> Sent:
    counters.seq += 1
    is_sos = type_ == SOS
    counters.sos_seq += is_sos
    answered = type_ not in CLEARS.values()
    return Sent(
        device_id=device,
        event_id=identifier(dice),
        type=type_,
        at=at,
        received_at=received_at,
        boot=BOOT,
        seq=counters.seq,
        sos_seq=counters.sos_seq if is_sos else None,
        alert_id=alert_id,
        answered_at=received_at + timedelta(milliseconds=dice.randint(40, 400)) if answered else None,
    )


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


def moved(case: Case, verb: Verb, actor: Actor, at: datetime, **fields: Any) -> None:
    """A step by a person, as the lifecycle allows it."""
    case.take(decide(case.alert, Action(verb, actor, SOURCE, **fields), at), at)


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


def finished(case: Case) -> Case:
    """Its lines in the order in which they happened, as a timeline that was written live has them."""
    case.entries.sort(key=lambda entry: entry.at)
    case.alert = replace(case.alert, reaction_due_at=None)
    return case
