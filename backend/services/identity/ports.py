"""What identity needs of the world: hashes, codes, seals, sheets, a trail; the database stands in `store.py`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from backend.services.identity.actor import Actor, ActorKind, StaffRole


class Clock(Protocol):
    """What time it is."""

    def now(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class StaffAccount:
    """A row of staff. `one_time_until`: the password is a one-time one, good until then; None: it is their own.

    `oidc_subject`: whom the OpenID provider calls so; `password_hash` is empty then.
    """

    id: str
    username: str
    name: str
    role: StaffRole
    locale: str
    password_hash: str
    disabled: bool = False
    organisation_id: str | None = None
    one_time_until: datetime | None = None
    oidc_subject: str | None = None

    @property
    def actor(self) -> Actor:
        """The person as an actor."""
        return Actor(ActorKind.STAFF, self.id, self.name, self.role, organisation_id=self.organisation_id)


class PasswordsBusy(Exception):  # noqa: N818 - a state, not a fault
    """As many passwords are being checked as may be at once."""


class Passwords(Protocol):
    """Argon2, a bounded number at once; raises `PasswordsBusy`."""

    def hash(self, password: str) -> str: ...

    def verify(self, password: str, password_hash: str) -> bool: ...

    def verify_nobody(self, password: str) -> None:
        """Take as long as `verify` would, for a user that does not exist."""

    def is_outdated(self, password_hash: str) -> bool:
        """Whether it was made with other parameters than those in force. Costs nothing."""


class BreachList(Protocol):
    """Passwords that are known to everybody."""

    def knows(self, password: str) -> bool: ...


class OneTimeCodes(Protocol):
    """TOTP (RFC 6238): six digits, 30 s."""

    def new_secret(self) -> str: ...

    def step_of(self, secret: str, code: str, now: datetime) -> int | None:
        """The step that `code` belongs to, at most one before or after `now`'s; None: no such code."""

    def address(self, secret: str, username: str) -> str:
        """The `otpauth://` address that a telephone takes."""


class Sealer(Protocol):
    """Encryption at rest. `purpose` is bound in: what was sealed for one opens for no other."""

    def seal(self, plain: bytes, purpose: str) -> bytes: ...

    def open(self, sealed: bytes, purpose: str) -> bytes | None:
        """None: it was sealed with another key or for another purpose, or has been altered."""


class ServiceAccounts(Protocol):
    """Programs by the SHA-256 of their tokens."""

    def find(self, token_sha256: str) -> Actor | None: ...


@dataclass(frozen=True, slots=True)
class NewAccount:
    """What the owner of a new account has to be told."""

    username: str
    password: str
    name: str
    role: StaffRole


class AccountSheet(Protocol):
    """Where first passwords are handed out: durable when `write` returns, readable by the owner alone."""

    def write(self, accounts: Sequence[NewAccount]) -> None: ...


class AuditAction(StrEnum):
    """What happened, in the audit trail."""

    LOGGED_IN = "logged_in"
    LOG_IN_REFUSED = "log_in_refused"
    LOGGED_OUT = "logged_out"
    SESSIONS_ENDED = "sessions_ended"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - a code
    PASSWORD_RESET = "password_reset"  # noqa: S105 - a code
    OTP_ENROLLED = "otp_enrolled"
    OTP_REMOVED = "otp_removed"
    STAFF_ADDED = "staff_added"
    STAFF_CHANGED = "staff_changed"
    TOKEN_MADE = "token_made"  # noqa: S105 - a code
    TOKEN_REVOKED = "token_revoked"  # noqa: S105 - a code


Detail = Mapping[str, str | int | bool | Sequence[str] | None]
"""Ids, codes and counts; never a name, an address or a secret."""


class AuditTrail(Protocol):
    """Who did what to whom. Called after the commit, outside any transaction; must not raise."""

    def record(self, actor: Actor | None, action: AuditAction, subject: str, detail: Detail) -> None:
        """`actor` None: a stranger. `subject`: `staff:<id>` or `token:<id>`; empty for a stranger's unknown name."""
