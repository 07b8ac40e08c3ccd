"""What sending needs of the world: due notices under a lease, the transaction in which results are kept, channels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from backend.domain.delivery.model import Cause, Delivery, Outcome, Result
from backend.domain.escalation.targets import Channel, DutyRole, RecipientKind
from backend.services.alarm.ports import AlarmTransaction
from backend.services.notices.ports import NewNotice, NoticeKind
from contract.vocabulary import Severity


@dataclass(frozen=True, slots=True)
class Addressee:
    """For whom a notice is and what it is about. `locale`: in which language they read."""

    notice_id: str
    kind: NoticeKind
    severity: Severity
    recipient_kind: RecipientKind
    recipient_id: str
    recipient_name: str
    locale: str
    role: DutyRole | None = None
    alert_id: str | None = None
    work_order_id: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ticket:
    """One attempt that a worker has to make; its row stands already. `lease` fences what it writes down afterwards.

    `refusal`: why no channel is to be called for it at all. `demo`: it is about somebody or something invented, so no
    channel is called either, and this is what becomes of it. `address` is a secret.
    """

    to: Addressee
    point_id: str
    channel: Channel
    address: str
    attempt: int
    lease: str
    refusal: Cause | None = None
    demo: Outcome | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """What a look at the queue came to.

    `ticket`: what the caller has to do. `settle`: ids of notices that are at their end without another attempt;
    `unreadable`: those of them that cannot be read. `looked`: how many due ones were looked at; 0: nothing is due.
    """

    ticket: Ticket | None = None
    settle: tuple[str, ...] = ()
    looked: int = 0
    unreadable: frozenset[str] = frozenset()


class NoticeQueue(Protocol):
    """Due notices. Each call is a transaction of its own."""

    def claim(self, ceiling: int, look: int, now: datetime) -> Claim:
        """One of the due notices of priority 0 to `ceiling`, the most urgent first; its attempt is on record.

        `look`: at so many at most, where some have to wait (quiet hours, a rate).
        """
        ...

    def due(self, ceiling: int, now: datetime, limit: int) -> int:
        """How many are due, at most `limit`; takes no lock."""
        ...


@dataclass(frozen=True, slots=True)
class Held:
    """A notice under lock. `lease`: of the worker that is sending it."""

    to: Addressee
    delivery: Delivery
    lease: str | None
    contact_points: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Attempted:
    """An attempt as a receipt finds it. `result` None: nobody knows."""

    notice_id: str
    alert_id: str | None
    point_id: str
    attempt: int
    channel: Channel
    result: Outcome | None
    receipt_at: datetime | None


@dataclass(frozen=True, slots=True)
class PointToProve:
    """A contact point and whose it is."""

    id: str
    channel: Channel
    owner_kind: RecipientKind
    owner_id: str
    owner_name: str


@dataclass(frozen=True, slots=True)
class CodeSent:
    """A notice with a code. `tries`: how often a code was entered while it was valid."""

    notice_id: str
    created_at: datetime
    deadline_at: datetime
    tries: int


class NoticeTransaction(AlarmTransaction, Protocol):
    """One transaction with notices in it. The alert is locked before the notice."""

    def alert_of(self, notice_id: str) -> str | None:
        """The alert that it belongs to; takes no lock."""
        ...

    def held(self, notice_id: str) -> Held | None:
        """Locked until the end of the transaction."""
        ...

    def fail_unread(self, notice_id: str, cause: str, now: datetime) -> bool:
        """It has failed, whatever else is on record about it. False where it had ended."""
        ...

    def save_delivery(self, notice_id: str, delivery: Delivery) -> None:
        """Without a lease from now on."""
        ...

    def end_attempt(self, notice_id: str, point_id: str, attempt: int, result: Result, now: datetime) -> None: ...
    def add_attempt(self, attempted: Attempted, result: Result, now: datetime) -> None:
        """One that was made outside, such as a call: begun and ended now."""
        ...

    def attempt_of(self, channels: frozenset[Channel], provider_id: str) -> Attempted | None:
        """The attempt that a receipt names."""
        ...

    def call_of(self, notice_id: str, point_id: str) -> Attempted | None:
        """The call to this number that an operator was asked to make."""
        ...

    def end_receipt(self, attempted: Attempted, receipt: str, now: datetime) -> None: ...
    def strike(self, point_id: str, reason: str, now: datetime) -> bool:
        """Its address was said not to exist. True where that was the second time: it is disabled now."""
        ...

    def clear_strikes(self, point_id: str) -> None:
        """It works."""
        ...

    # proof of contact points
    def point_to_prove(self, point_id: str) -> PointToProve | None:
        """Locked until the end of the transaction."""
        ...

    def put(self, notice: NewNotice, now: datetime) -> bool:
        """False where one of this id is there already."""
        ...

    def codes_sent(self, notice_ids: Sequence[str]) -> list[CodeSent]:
        """Those of them that exist, locked."""
        ...

    def count_try(self, notice_id: str, tries: int) -> None: ...
    def prove_point(self, point_id: str, now: datetime) -> None:
        """It is proved, and enabled again where it was disabled."""
        ...


class NoticeStore(Protocol):
    """Opens transactions."""

    def begin(self) -> AbstractContextManager[NoticeTransaction]: ...


@dataclass(frozen=True, slots=True)
class Message:
    """What is said. `short` fits a text message, `long` needs not. `params`: single facts, for providers that only
    send texts of templates which they have approved. `link`, `code`: how to answer, empty where no answer is asked."""

    notice_id: str
    kind: NoticeKind
    severity: Severity
    locale: str
    title: str
    short: str
    long: str
    params: Mapping[str, str]
    link: str = ""
    code: str = ""


class SendingChannel(Protocol):
    """A way out of the house. Called outside any transaction, from several threads."""

    def send(self, message: Message, address: str) -> Result:
        """Ends within its time limit and raises nothing that has to do with the other side.

        The same `message.notice_id` again is the same notice: a receiver that can tell does it once.
        """
        ...


class AnswerLinks(Protocol):
    """How a recipient answers without logging in."""

    def link(self, notice_id: str) -> tuple[str, str] | None:
        """The address of the answer page and the reply code; None where the notice asks for no answer."""
        ...


class Writer(Protocol):
    """Makes the text of a notice."""

    def write(self, to: Addressee, link: str, code: str) -> Message: ...
