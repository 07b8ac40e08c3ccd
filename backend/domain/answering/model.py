"""Which shapes an answer is made of: the assignment, the step that somebody takes, and why one is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from backend.domain.escalation.targets import DutyRole, RecipientKind
from contract.vocabulary import Label


class State(StrEnum):
    """How far somebody who was asked has got."""

    OFFERED = "offered"
    OPENED = "opened"
    HELD = "held"
    """Wants a moment to think; escalation waits so long, once."""
    ACCEPTED = "accepted"
    PASSED = "passed"
    EN_ROUTE = "en_route"
    ARRIVED = "arrived"
    DONE = "done"
    STOOD_DOWN = "stood_down"
    """Somebody else has it, or it is over."""
    EXPIRED = "expired"


ON_IT: Final = frozenset({State.ACCEPTED, State.EN_ROUTE, State.ARRIVED})
"""Somebody in one of these has said that they go, and has not come back."""
ASKED: Final = frozenset({State.OFFERED, State.OPENED, State.HELD})
ENDED: Final = frozenset({State.DONE, State.STOOD_DOWN, State.EXPIRED})


class StepKind(StrEnum):
    """What somebody does with their link or reply."""

    OPEN = "open"
    ACCEPT = "accept"
    PASS = "pass"  # noqa: S105 - no password
    HOLD = "hold"
    EN_ROUTE = "en-route"
    ARRIVED = "arrived"
    DONE = "done"
    ASK_SECOND = "second"
    """The door must be forced, or it is not safe alone: a second person is needed."""
    FORCED_ENTRY = "forced-entry"
    ALL_RIGHT = "all-right"
    """Alone on site, and well."""
    PANIC = "panic"
    KEY_TAKEN = "key-taken"
    KEY_RETURNED = "key-returned"


@dataclass(frozen=True, slots=True)
class Step:
    """One step. `minutes` with EN_ROUTE, 1..600; `outcome` and `note` with DONE; `key` with KEY_TAKEN."""

    kind: StepKind
    minutes: int | None = None
    outcome: str | None = None
    note: str | None = None
    key: str | None = None


class KeyKind(StrEnum):
    """Which key was used to get in."""

    NEIGHBOUR = "neighbour"
    CODE = "code"
    OWN = "own"
    """A key that the organisation keeps."""


KEY_LABELS: Final[Mapping[KeyKind, Label]] = {
    KeyKind.NEIGHBOUR: Label("从邻居处取钥匙", "Key from a neighbour"),
    KeyKind.CODE: Label("使用门锁密码", "Door code used"),
    KeyKind.OWN: Label("使用机构保管的钥匙", "Key that the organisation keeps"),
}

OUTCOMES: Final[Mapping[str, Label]] = {
    "helped": Label("已现场帮助", "Helped on site"),
    "handed_over": Label("已交给急救人员", "Handed over to the crew"),
    "all_well": Label("人安好，无需帮助", "All well, no help needed"),
    "not_found": Label("没有见到人", "Nobody found"),
    "declined": Label("本人不需要帮助", "Help declined"),
    "other": Label("其他", "Other"),
    "by_message": Label("完成（短信回复）", "Done (by message)"),
}
"""What a responder says at the end. The alert's own outcome is the operator's to say."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """Somebody was asked to take an alert.

    `token_sha256`: of the link; the link itself is derived again when it is needed. `bound_to`: SHA-256 of the cookie
    of the phone that opened it first. `reply_code`: None once it can be used no more. `held_until`: set once, so
    that nobody holds twice. `by_hand`: the operator who sent this person. `expires_at`: no later than this.
    """

    id: str
    alert_id: str
    notice_id: str | None
    recipient_kind: RecipientKind
    recipient_id: str
    recipient_name: str
    role: DutyRole
    organisation_id: str | None
    token_sha256: str
    reply_code: str | None
    created_at: datetime
    expires_at: datetime
    state: State = State.OFFERED
    bound_to: str | None = None
    by_hand: str | None = None
    opened_at: datetime | None = None
    held_until: datetime | None = None
    accepted_at: datetime | None = None
    eta_at: datetime | None = None
    arrived_at: datetime | None = None
    second_asked_at: datetime | None = None
    forced_at: datetime | None = None
    ended_at: datetime | None = None
    outcome: str | None = None
    note: str | None = None

    @property
    def goes(self) -> bool:
        """Whether it is a responder who has said that they go."""
        return self.role is DutyRole.RESPONDER and self.state in ON_IT


class Why(StrEnum):
    """Why a step changed nothing."""

    NOT_ACCEPTED = "not_accepted"
    NOT_ARRIVED = "not_arrived"
    TAKEN = "taken"
    HELD_BEFORE = "held_before"
    BAD_MINUTES = "bad_minutes"
    UNKNOWN_OUTCOME = "unknown_outcome"
    UNKNOWN_KEY = "unknown_key"
    NO_KEY_OUT = "no_key_out"
    NEEDS_TWO = "needs_two"
    DESK_ONLY = "desk_only"
    ENDED = "ended"
    EXPIRED = "expired"
    ALERT_CLOSED = "alert_closed"
    OTHER_PHONE = "other_phone"
    NOT_OPENED = "not_opened"


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not an error of ours
    """The step is not possible now; nothing has changed. `by` and `since`: who has it, where it is taken."""

    def __init__(self, why: Why, by: str | None = None, since: datetime | None = None) -> None:
        super().__init__(str(why))
        self.why = why
        self.by = by
        self.since = since


LINK_LIVES: Final = timedelta(hours=24)
"""From the last notice that carried it."""
LINK_LIVES_AFTER_CLOSING: Final = timedelta(hours=2)
"""So that whoever is on the way reads that it is over, and says when they are home and the key is back."""
HOLD: Final = timedelta(seconds=120)
"""How long escalation waits for one who thinks; two minutes to find the car key, not more, and once."""


def expires(assignment: Assignment, closed_at: datetime | None) -> datetime:
    """When the link ends: with the alert and two hours, at most 24 hours after it was last sent."""
    if closed_at is None:
        return assignment.expires_at
    return min(assignment.expires_at, closed_at + LINK_LIVES_AFTER_CLOSING)
