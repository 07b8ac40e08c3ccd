"""Which shapes a work order is made of, and what a decision about one consists of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NewType

from backend.domain.alert.model import Actor

OrderId = NewType("OrderId", str)


class State(StrEnum):
    """Which step an order stands in: 受理 → 派单 → 处置 → 回访 → 评价 → closed."""

    SCHEDULED = "scheduled"
    """Becomes an order of its own accord at a set time: a follow-up."""
    REGISTERED = "registered"
    ASSIGNED = "assigned"
    IN_PROGRESS = "in_progress"
    FINISHED = "finished"
    """The work is done and the call-back is owed."""
    CALLED_BACK = "called_back"
    RATED = "rated"
    CLOSED = "closed"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        """Whether nothing more happens."""
        return self in (State.CLOSED, State.CANCELLED)


class Verb(StrEnum):
    """What people do to an order."""

    ACCEPT = "accept"
    ASSIGN = "assign"
    START = "start"
    FINISH = "finish"
    CALL_BACK = "call_back"
    RATE = "rate"
    CLOSE = "close"
    CANCEL = "cancel"
    HOLD = "hold"
    RESUME = "resume"
    NOTE = "note"


class Priority(StrEnum):
    """How soon compared with others of the same deadline."""

    URGENT = "urgent"
    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"

    @property
    def rank(self) -> int:
        """0 is the most urgent."""
        return list(Priority).index(self)


class Origin(StrEnum):
    """Where an order came from."""

    KEY_PRESS = "key_press"
    OPERATOR = "operator"
    FOLLOW_UP = "follow_up"
    DEVICE = "device"


class Outcome(StrEnum):
    """What became of the work."""

    DONE = "done"
    PARTLY_DONE = "partly_done"
    NOT_NEEDED = "not_needed"
    NOT_POSSIBLE = "not_possible"
    REFERRED = "referred"


class CallResult(StrEnum):
    """What a call-back came to. The last three reached nobody."""

    SATISFIED = "satisfied"
    DISSATISFIED = "dissatisfied"
    UNRESOLVED = "unresolved"
    """The matter is not settled: the work goes on."""
    NO_ANSWER = "no_answer"
    UNREACHABLE = "unreachable"
    WRONG_NUMBER = "wrong_number"

    @property
    def reached(self) -> bool:
        """Whether somebody spoke with the person."""
        return self in (CallResult.SATISFIED, CallResult.DISSATISFIED, CallResult.UNRESOLVED)


class Taker(StrEnum):
    """In which capacity somebody takes an order."""

    OPERATOR = "operator"
    RESPONDER = "responder"
    MANAGER = "manager"
    TECHNICIAN = "technician"


class EntryKind(StrEnum):
    """What a line of an order's timeline tells."""

    SCHEDULED = "scheduled"
    REGISTERED = "registered"
    OFFERED = "offered"
    ASSIGNED = "assigned"
    STARTED = "started"
    FINISHED = "finished"
    CALLED_BACK = "called_back"
    CALL_FAILED = "call_failed"
    REOPENED = "reopened"
    RATED = "rated"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    HELD = "held"
    RESUMED = "resumed"
    NOTED = "noted"
    SUPERVISED = "supervised"
    TOLD = "told"
    NOBODY_TO_TELL = "nobody_to_tell"


@dataclass(frozen=True, slots=True)
class Assignee:
    """Who does the work: somebody of the people who can be called out, or staff with an account."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Order:
    """One work order and how far people have got with it.

    `key`: what it was made for, once. `deadline_at`: until when the present step should be over; `due_at`: when a timer
    looks at it next, None where there is nothing to look for. `supervised_at`: since when it is supervised (督办), for
    ever; `overdue_at`: when the present step was found to be overdue. `provider_opens_at`: when the provider opens,
    where it was closed at the time of choosing. `failed_call_backs`: since the work was last finished.
    """

    id: OrderId
    key: str
    kind: str
    state: State
    priority: Priority
    origin: Origin
    created_at: datetime
    state_since: datetime
    text: str = ""
    home_id: str | None = None
    resident_id: str | None = None
    alert_id: str | None = None
    device_id: str | None = None
    provider_id: str | None = None
    provider_opens_at: datetime | None = None
    assignee: Assignee | None = None
    deadline_at: datetime | None = None
    due_at: datetime | None = None
    supervised_at: datetime | None = None
    overdue_at: datetime | None = None
    held_since: datetime | None = None
    held_until: datetime | None = None
    hold_reason: str | None = None
    failed_call_backs: int = 0
    reworks: int = 0
    outcome: Outcome | None = None
    rating: int | None = None
    finished_at: datetime | None = None
    called_back_at: datetime | None = None
    closed_at: datetime | None = None
    version: int = 1

    @property
    def held(self) -> bool:
        """Whether it waits for a day that somebody named."""
        return self.held_until is not None


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a timeline: who, when, from where, why; `before` and `after` of what changed stand in `detail`."""

    kind: EntryKind
    actor: Actor
    at: datetime
    source: str
    reason: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CallBack:
    """One call-back, reached or not."""

    at: datetime
    result: CallResult
    caller: Actor
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of an order, and why. `order.version` has risen where anything changed."""

    order: Order
    reason: str
    entries: tuple[Entry, ...] = ()
    call_back: CallBack | None = None
    changed: bool = True
