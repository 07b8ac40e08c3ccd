"""Which shapes the delivery of one notice is made of, and what may be said about an attempt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from contract.vocabulary import Severity


class NoticeState(StrEnum):
    """How far a notice has got. `SENDING`: leased to a worker until `due_at`; after that it is anybody's again."""

    PENDING = "pending"
    SENDING = "sending"
    DELIVERED = "delivered"
    PASSED = "passed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


OPEN: Final = frozenset({NoticeState.PENDING, NoticeState.SENDING})
"""Everything else is the end. Only a person moves a notice that is over: `delivered` may still be passed on."""


class Outcome(StrEnum):
    """What became of one attempt. `ACCEPTED`: the provider took it, a receipt will tell the rest."""

    DELIVERED = "delivered"
    ACCEPTED = "accepted"
    RETRY = "retry"
    PERMANENT = "permanent"


class Cause(StrEnum):
    """Why an attempt ended as it did; the causes that decide something. Adapters may name further ones."""

    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    PROVIDER_ERROR = "provider_error"
    RATE_LIMITED = "rate_limited"
    BAD_ADDRESS = "bad_address"
    ADDRESS_UNKNOWN = "address_unknown"
    """The number or account does not exist: said twice, the contact point is disabled."""
    REFUSED = "refused"
    CREDENTIALS = "credentials"
    CHANNEL_NOT_CONFIGURED = "channel_not_configured"
    TEMPLATE_NOT_CONFIGURED = "template_not_configured"
    CONTACT_POINT_GONE = "contact_point_gone"
    CONTACT_POINT_DISABLED = "contact_point_disabled"
    CONTACT_POINT_UNVERIFIED = "contact_point_unverified"
    VOICE_ONLY = "voice_only"
    CALL_TO_MAKE = "call_to_make"
    CALL_NOT_ANSWERED = "call_not_answered"
    FAULT = "fault"
    """An error of ours while sending."""
    UNREADABLE = "unreadable"
    """What is on record about it cannot be read."""
    NO_RECEIPT = "no_receipt"
    NO_CONTACT_POINT = "no_contact_point"
    DEADLINE = "deadline"
    SHOWN_AT_DESK = "shown_at_desk"
    DEMO_NOT_SENT = "demo_not_sent"
    """It is about somebody invented, or to somebody invented: nothing ever leaves for the demo district."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a channel answers.

    `cause`: a `Cause` or a provider's code, lower case. `provider_id`: what a receipt will name.
    """

    outcome: Outcome
    cause: str = ""
    provider_id: str | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """How far one notice has got.

    `points`: how many contact points it has; `position`: which one is tried next, equal to `points` when all have been.
    `attempts`: on that one. `outstanding`: attempts that a provider took and has not reported on.
    `due_at`: when somebody looks at it again. `sent_at`: since when some provider has it.
    """

    state: NoticeState
    severity: Severity
    points: int
    due_at: datetime
    deadline_at: datetime
    position: int = 0
    attempts: int = 0
    outstanding: int = 0
    voice_only: bool = False
    cause: str | None = None
    sent_at: datetime | None = None
    ended_at: datetime | None = None

    @property
    def over(self) -> bool:
        """Whether nothing more is tried."""
        return self.state not in OPEN

    @property
    def hurried(self) -> bool:
        """Whether every second counts: an emergency."""
        return self.severity is Severity.EMERGENCY


class Reason(StrEnum):
    """Why a decision is as it is."""

    SENDING = "sending"
    DELIVERED = "delivered"
    ACCEPTED = "accepted"
    TRY_AGAIN = "try_again"
    NEXT_POINT = "next_point"
    AWAITING_RECEIPT = "awaiting_receipt"
    ALL_CHANNELS_FAILED = "all_channels_failed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    PASSED = "passed"
    DEFERRED = "deferred"
    UNREADABLE = "unreadable"
    """What is on record cannot be read: it has failed."""
    OVER = "over"
    """It was over before; nothing has changed."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of a notice, and why."""

    delivery: Delivery
    reason: Reason

    @property
    def given_up(self) -> bool:
        """Whether nobody tries any more and the recipient was not reached."""
        return self.reason in (Reason.ALL_CHANNELS_FAILED, Reason.EXPIRED)


LEAST: Final = 5
"""The priority that leaves last."""


def priority(severity: Severity, sos: bool, ended: bool = False) -> int:
    """The lowest leaves first. 0: an SOS; 1 and 2: an emergency, what is urgent; 3: how something `ended`; 4 and 5: the
    rest. Whoever hears how it ended needs not run, so each call for help goes before."""
    if ended:
        return 3
    if sos:
        return 0
    return severity.rank + (1 if severity.rank <= Severity.URGENT.rank else 2)
