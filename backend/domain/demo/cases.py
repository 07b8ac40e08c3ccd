"""An alert of the demo's past with everything that stands about it, moved by the same rules as a live one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

from backend.domain.accounting.account import Account
from backend.domain.alert.lifecycle import Action, Verb, decide
from backend.domain.alert.model import Actor, Alert, AlertId, Answer, Decision, Entry, EntryKind
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


def moved(case: Case, verb: Verb, actor: Actor, at: datetime, **fields: Any) -> None:
    """A step by a person, as the lifecycle allows it."""
    case.take(decide(case.alert, Action(verb, actor, SOURCE, **fields), at), at)


def finished(case: Case) -> Case:
    """Its lines in the order in which they happened, as a timeline that was written live has them."""
    case.entries.sort(key=lambda entry: entry.at)
    case.alert = replace(case.alert, reaction_due_at=None)
    return case
