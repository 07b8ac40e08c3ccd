"""What identity needs of the world: staff and sessions, counted log-ins, password hashes, tokens of programs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from backend.services.identity.actor import Actor, ActorKind, StaffRole


class Clock(Protocol):
    """What time it is."""

    def now(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class StaffAccount:
    """A row of staff."""

    id: str
    username: str
    name: str
    role: StaffRole
    locale: str
    password_hash: str
    disabled: bool = False
    organisation_id: str | None = None

    @property
    def actor(self) -> Actor:
        """The person as an actor."""
        return Actor(ActorKind.STAFF, self.id, self.name, self.role, organisation_id=self.organisation_id)


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session that has not ended, with whose it is."""

    staff: StaffAccount
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Attempts:
    """Failed log-ins of one subject (a user name or an address)."""

    failures: int
    last_at: datetime
    blocked_until: datetime | None = None


class AttemptsTransaction(Protocol):
    """Counting under lock, so that a hundred guesses at once are counted as a hundred."""

    def take(self, subject: str, now: datetime) -> Attempts: ...

    def put(self, subject: str, attempts: Attempts) -> None: ...

    def forget(self, subject: str) -> None: ...

    def forget_before(self, moment: datetime) -> None: ...

    def commit(self) -> None: ...


class IdentityStore(Protocol):
    """Staff, sessions and attempts. Each call is a transaction of its own."""

    def staff_by_username(self, username: str) -> StaffAccount | None: ...

    def add_first_staff(self, make: Callable[[], Sequence[StaffAccount]], now: datetime) -> bool:
        """Call `make` and add its accounts if there is nobody yet, under a lock; says whether it did."""

    def replace_password(self, username: str, password_hash: str) -> bool:
        """Replace it and end that person's sessions, together; says whether there is such a user."""

    def open_session(self, token_sha256: str, staff_id: str, now: datetime, expires_at: datetime) -> None: ...

    def session(self, token_sha256: str, now: datetime) -> OpenSession | None:
        """The session, unless it has ended or its owner is disabled."""

    def renew_session(self, token_sha256: str, expires_at: datetime) -> None: ...

    def close_session(self, token_sha256: str) -> None: ...

    def attempts(self) -> AbstractContextManager[AttemptsTransaction]: ...


class PasswordsBusy(Exception):  # noqa: N818 - a state, not a fault
    """As many passwords are being checked as may be at once."""


class Passwords(Protocol):
    """Argon2, a bounded number at once; raises `PasswordsBusy`."""

    def hash(self, password: str) -> str: ...

    def verify(self, password: str, password_hash: str) -> bool: ...

    def verify_nobody(self, password: str) -> None:
        """Take as long as `verify` would, for a user that does not exist."""


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
