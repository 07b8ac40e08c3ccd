"""What answering needs of storage and of notices: everything that one answer changes is one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from backend.domain.alert.model import Alert
from backend.domain.answering.model import Assignment
from backend.domain.answering.safety import Timer
from backend.domain.escalation.targets import DutyRole, RecipientKind
from backend.services.alarm.ports import AlarmTransaction
from backend.services.notices.ports import NewNotice


@dataclass(frozen=True, slots=True)
class Located:
    """Where an assignment is, read without a lock: the alert is locked first, then it is read again."""

    assignment_id: str
    alert_id: str


@dataclass(frozen=True, slots=True)
class CallOut:
    """A notice that asks somebody, whose acceptance would be one of `role`."""

    alert_id: str
    recipient_kind: RecipientKind
    recipient_id: str
    recipient_name: str
    role: DutyRole
    organisation_id: str | None


@dataclass(frozen=True, slots=True)
class Callee:
    """Somebody who can be called out. `contact_points`: ids of verified, enabled channels, in order of trial."""

    kind: RecipientKind
    id: str
    name: str
    organisation_id: str | None
    contact_points: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KeyUse:
    """A key was used to get into a home. `returned_at` None: it is still out, or it was a code."""

    id: str
    home_id: str
    alert_id: str
    assignment_id: str | None
    who: str
    kind: str
    at: datetime
    returned_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class StoredReply:
    """A reply by text, whatever became of it."""

    id: str
    provider: str
    provider_id: str | None
    phone: str
    text: str
    at: datetime
    outcome: str
    alert_id: str | None = None
    assignment_id: str | None = None


class NoticeMarks(Protocol):
    """What answering does to notices, in its own transaction (the outbox offers it)."""

    def put(self, notices: Sequence[NewNotice], now: datetime) -> int:
        """Adds those whose id is new; how many."""
        ...

    def pass_on(self, notice_id: str, now: datetime) -> bool:
        """The recipient says: not me. False where it had ended otherwise. The caller wakes the run."""
        ...


class AnswerTransaction(AlarmTransaction, Protocol):
    """One transaction over the alert and its answers. Locks: the alert first, then these."""

    @property
    def notices(self) -> NoticeMarks: ...

    def call_out(self, notice_id: str) -> CallOut | None:
        """The notice, where it asks somebody to take an alert; without a lock, for the alert comes first."""
        ...

    def responders_needed(self, alert_id: str) -> int:
        """How many responders its policy asks for, at least 1."""
        ...

    def facts(self, alert: Alert) -> Mapping[str, Any]:
        """What a message about the alert is made of; never a door code."""
        ...

    # assignments
    def by_token(self, token_sha256: str) -> Located | None: ...
    def by_code(self, code: str) -> Located | None: ...
    def assignments(self, alert_id: str) -> list[Assignment]:
        """All of an alert, locked, the oldest first."""
        ...

    def assignment(self, assignment_id: str) -> Assignment | None:
        """Without a lock."""
        ...

    def code_in_use(self, code: str) -> bool: ...
    def add_assignment(self, assignment: Assignment) -> bool:
        """False where the reply code was taken in the meantime; then nothing was added."""
        ...

    def save_assignment(self, assignment: Assignment) -> None: ...
    def open_until(self, now: datetime, limit: int) -> list[Located]:
        """Those that still have a reply code although their time is over or their alert closed; without a lock."""
        ...

    # people
    def callee(self, kind: RecipientKind, callee_id: str) -> Callee | None: ...
    def staff_of(self, kind: RecipientKind, callee_id: str) -> str | None:
        """The account of a person who can also log in."""
        ...

    def phones(self, kind: RecipientKind, callee_id: str) -> frozenset[str]:
        """The numbers to which texts for somebody are sent, in E.164."""
        ...

    def desk(self, organisation_id: str | None) -> Callee:
        """The desk of an organisation or, without one, of the district."""
        ...

    # safety
    def hazards(self, home_id: str | None) -> tuple[str, ...]: ...
    def timers(self, alert_id: str) -> list[Timer]:
        """Locked."""
        ...

    def put_timer(self, timer: Timer) -> None: ...
    def due_timers(self, now: datetime, limit: int) -> list[Located]:
        """Without a lock; the earliest first."""
        ...

    # keys
    def add_key_use(self, use: KeyUse) -> None: ...
    def keys_out(self, assignment_id: str) -> list[KeyUse]: ...
    def key_use(self, use_id: str) -> KeyUse | None: ...
    def return_key(self, use_id: str, at: datetime) -> bool:
        """False where it had been brought back before."""
        ...

    # replies
    def reply_before(self, provider: str, provider_id: str) -> StoredReply | None: ...
    def add_reply(self, reply: StoredReply) -> None: ...
    def wrong_tries(self, phone: str, since: datetime, outcomes: Sequence[str]) -> int: ...
    def asked_on(self, phone: str) -> list[Located]:
        """Assignments that can still be answered, of whoever has this number."""
        ...


class AnswerStore(Protocol):
    """Opens transactions."""

    def begin(self) -> AbstractContextManager[AnswerTransaction]: ...
