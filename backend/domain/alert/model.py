"""Which shapes an alert is made of, and what a decision about one may ask for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NewType

from contract.vocabulary import Condition, Flag, Handling, Severity, Stage

AlertId = NewType("AlertId", str)


class ActorKind(StrEnum):
    """Who did something."""

    STAFF = "staff"
    RESPONDER = "responder"
    DEVICE = "device"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody in a timeline. `name` is empty for devices and the system. A responder has no account, but a link."""

    kind: ActorKind
    id: str
    name: str = ""


SYSTEM = Actor(ActorKind.SYSTEM, "platform")


@dataclass(frozen=True, slots=True)
class Alert:
    """One call for help and how far people have got with it.

    `pressed_at` is the device's clock where it is plausible, else `received_at`, the gateway's. `late`: how old the
    press was when the platform learned of it, None when it was fresh. `requeued_at`: since when it waits again
    although somebody holds it. `reaction_due_at`: until when somebody must react to another press.
    `event_id`: the latest press, which an answer names; None where there is nothing to name. `latest_at`: when it was.
    `held_since`: since when the present holder has it; `accepted_at`: since when anybody has.
    `clock_ahead`: by how much the device's clock is ahead, so that it does not take an answer for expired.
    `organisation_id`: the centre that is responsible, None for the district. `lease_until`: how long the holder has it
    without a word; `lease_due_at`: when the lease is looked at next. `first_voice_at`: when somebody first spoke with
    the person. `grave`: how it ended is said by voice only. `test_due_at`: a technician's press, silent until then and
    real from then on; None: real, or confirmed.
    """

    id: AlertId
    device_id: str
    type: str
    severity: Severity
    pressed_at: datetime
    received_at: datetime
    latest_at: datetime | None = None
    clock_ahead: timedelta = timedelta(0)
    event_id: str | None = None
    home_id: str | None = None
    organisation_id: str | None = None
    room: str | None = None
    condition: Condition = Condition.ACTIVE
    handling: Handling = Handling.NEW
    count: int = 1
    flags: tuple[Flag, ...] = ()
    late: timedelta | None = None
    unknown_device: bool = False
    transmitter: str | None = None
    previous_id: AlertId | None = None
    holder: Actor | None = None
    accepted_at: datetime | None = None
    held_since: datetime | None = None
    requeued_at: datetime | None = None
    reaction_due_at: datetime | None = None
    lease_until: datetime | None = None
    lease_due_at: datetime | None = None
    first_voice_at: datetime | None = None
    grave: bool = False
    test_due_at: datetime | None = None
    eta_minutes: int | None = None
    eta_at: datetime | None = None
    responder: str | None = None
    closed_at: datetime | None = None
    outcome: str | None = None
    ring_seq: int = 1
    version: int = 1

    @property
    def waiting(self) -> bool:
        """Whether nobody has it, or nobody reacted when the person pressed again."""
        return self.handling is Handling.NEW or (self.requeued_at is not None and not self.ended)

    @property
    def ended(self) -> bool:
        """Whether it is closed."""
        return self.handling is Handling.CLOSED

    @property
    def ringing(self) -> bool:
        """Whether the desk must sound for it. Technical matters never sound; a technician's test not yet."""
        if self.severity is Severity.TECHNICAL or self.ended or self.test_due_at is not None:
            return False
        return self.waiting or self.reaction_due_at is not None

    @property
    def mergeable(self) -> bool:
        """Whether another press of the same kind counts here; after arrival it is a call of its own."""
        return self.handling not in (Handling.ARRIVED, Handling.CLOSED)


class EntryKind(StrEnum):
    """What a timeline entry tells."""

    RAISED = "raised"
    PRESSED_AGAIN = "pressed_again"
    CANCELLED = "cancelled"
    CLEARED = "cleared"
    CLEARED_BEFORE = "cleared_before"
    REACTIVATED = "reactivated"
    RECEIVED_EARLIER = "received_earlier"
    PRESS_MISSING = "press_missing"
    PRESS_FOUND = "press_found"
    ACCEPTED = "accepted"
    TAKEN_OVER = "taken_over"
    DISPATCHED = "dispatched"
    EN_ROUTE = "en_route"
    ARRIVED = "arrived"
    CLOSED = "closed"
    NOTED = "noted"
    REQUEUED = "requeued"
    LEASE_WARNED = "lease_warned"
    LEASE_RAN_OUT = "lease_ran_out"
    HANDED_OVER = "handed_over"
    SEVERITY_RAISED = "severity_raised"
    ESCALATED = "escalated"
    STEP_SKIPPED = "step_skipped"
    OFFERED = "offered"
    HELD = "held"
    RESUMED = "resumed"
    NOBODY_REACHED = "nobody_reached"
    NOBODY_ON_DUTY = "nobody_on_duty"
    ALL_CHANNELS_FAILED = "all_channels_failed"
    ENDED_TOLD = "ended_told"
    NOTICE_SENT = "notice_sent"
    NOTICE_DELIVERED = "notice_delivered"
    NOTICE_FAILED = "notice_failed"
    NOTICE_PASSED = "notice_passed"
    RESPONDER_OPENED = "responder_opened"
    RESPONDER_ACCEPTED = "responder_accepted"
    RESPONDER_EN_ROUTE = "responder_en_route"
    RESPONDER_ARRIVED = "responder_arrived"
    RESPONDER_DONE = "responder_done"
    RESPONDER_ALARM = "responder_alarm"
    KEY_USED = "key_used"
    CALLED = "called"
    CALL_ENDED = "call_ended"
    VOICE_CONTACT = "voice_contact"
    NO_VOICE = "no_voice"
    SCRIPT_STEP = "script_step"
    HANDED_TO_120 = "handed_to_120"
    WORK_ORDER_MADE = "work_order_made"
    TEST_CONFIRMED = "test_confirmed"
    TEST_BECAME_REAL = "test_became_real"
    AUDITED = "audited"
    REVIEW_OPENED = "review_opened"
    ANSWER_SENT = "answer_sent"
    ANSWER_CONFIRMED = "answer_confirmed"
    ANSWER_FAILED = "answer_failed"
    ANSWER_EXPIRED = "answer_expired"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a timeline: who, when, from where (`source`: a gateway, the console, a timer), why.

    `detail` holds JSON values; `before` and `after` of what changed stand in it.
    """

    kind: EntryKind
    actor: Actor
    at: datetime
    source: str
    reason: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """An effect: tell the terminal `stage`, naming `event_id`."""

    stage: Stage
    event_id: str
    eta_minutes: int | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of an alert, and why. `alert.version` has risen where anything changed.

    `entries` go into the timeline, `answers` into the outbox, in the same transaction.
    """

    alert: Alert
    reason: str
    entries: tuple[Entry, ...] = ()
    answers: tuple[Answer, ...] = ()
    changed: bool = True
