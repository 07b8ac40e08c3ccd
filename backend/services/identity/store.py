"""What identity asks of the database."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from backend.services.identity.actor import Scope
from backend.services.identity.ports import StaffAccount


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session that has not ended, with whose it is and whether they have a second factor."""

    staff: StaffAccount
    created_at: datetime
    expires_at: datetime
    has_factor: bool = False


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A session as it is kept. `address` is masked, `agent` short."""

    token_sha256: str
    staff_id: str
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    address: str | None = None
    agent: str | None = None


@dataclass(frozen=True, slots=True)
class Attempts:
    """Failed log-ins of one subject (a user name, an address, a browser)."""

    failures: int
    last_at: datetime
    blocked_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Factor:
    """Somebody's second factor: sealed secrets. `pending` is shown but not confirmed; `last_step` was used last."""

    secret: bytes | None = None
    pending: bytes | None = None
    last_step: int | None = None


@dataclass(frozen=True, slots=True)
class ApiToken:
    """A token of a program, without itself. `organisation_id`: it sees that subtree; None: the whole district."""

    id: str
    name: str
    token_sha256: str
    scopes: frozenset[Scope]
    organisation_id: str | None
    created_by: str
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None
    used_at: datetime | None = None


class AttemptsTransaction(Protocol):
    """Counting under lock, so that a hundred guesses at once are counted as a hundred."""

    def take(self, subject: str, now: datetime) -> Attempts: ...

    def put(self, subject: str, attempts: Attempts) -> None: ...

    def forget(self, subject: str) -> None: ...

    def forget_before(self, moment: datetime, *, but: str | None = None) -> None:
        """Those untouched since then; `but`: subjects that begin so stay."""

    def commit(self) -> None: ...


class IdentityTransaction(Protocol):
    """One change to accounts: all of it or nothing. One at a time in the whole platform, so nobody has to think of two
    administrators who demote each other."""

    def staff(self, staff_id: str) -> StaffAccount | None: ...

    def staff_by_username(self, username: str) -> StaffAccount | None: ...

    def staff_by_subject(self, oidc_subject: str) -> StaffAccount | None: ...

    def add_staff(self, account: StaffAccount, now: datetime) -> None: ...

    def save_staff(self, account: StaffAccount) -> None: ...

    def other_administrators(self, staff_id: str) -> int:
        """Administrators of the whole district with a password of ours who are not disabled, without this one."""

    def covers(self, organisation_id: str | None, other: str | None) -> bool:
        """Whether `other` lies in the subtree of `organisation_id`; None and the root are the whole district."""

    def is_organisation(self, organisation_id: str) -> bool:
        """Whether it is there and not disabled."""

    def open_session(self, row: SessionRow) -> None:
        """Expired ones of anybody go."""

    def end_sessions(self, staff_id: str, *, keep: str | None = None) -> int:
        """All but the one whose `token_sha256` is `keep`; how many."""

    def end_session(self, token_sha256: str) -> bool: ...

    def sessions(self, staff_id: str, now: datetime) -> list[SessionRow]: ...

    def factor(self, staff_id: str) -> Factor: ...

    def put_factor(self, staff_id: str, factor: Factor) -> None: ...

    def drop_factor(self, staff_id: str) -> None:
        """With its recovery codes."""

    def put_recovery_codes(self, staff_id: str, hashes: Sequence[str]) -> None:
        """Those from before are gone."""

    def use_recovery_code(self, staff_id: str, code_sha256: str) -> bool:
        """Whether it was good; it is not any more."""

    def remember_device(self, staff_id: str, token_sha256: str, now: datetime) -> None: ...

    def forget_devices(self, staff_id: str) -> None: ...

    def commit(self) -> None: ...


class IdentityStore(Protocol):
    """Staff, sessions and attempts. Each call but `begin` and `attempts` is a transaction of its own."""

    def begin(self) -> AbstractContextManager[IdentityTransaction]:
        """Left without `commit`, nothing has happened."""

    def staff_by_username(self, username: str) -> StaffAccount | None: ...

    def every_staff(self) -> list[tuple[StaffAccount, bool]]:
        """All accounts by user name, and whether each has a second factor."""

    def subtree(self, organisation_id: str | None) -> frozenset[str] | None:
        """The organisations in it, itself too; None: the whole district, and those that belong nowhere."""

    def add_first_staff(self, make: Callable[[], Sequence[StaffAccount]], now: datetime) -> bool:
        """Call `make` and add its accounts if there is nobody yet, under a lock; says whether it did."""

    def session(self, token_sha256: str, now: datetime) -> OpenSession | None:
        """The session, unless it has ended or its owner is disabled."""

    def sessions(self, staff_id: str, now: datetime) -> list[SessionRow]:
        """Those that have not ended, the latest first."""

    def renew_session(self, token_sha256: str, now: datetime, expires_at: datetime) -> None: ...

    def close_session(self, token_sha256: str) -> None: ...

    def is_known_device(self, username: str, token_sha256: str, since: datetime) -> bool:
        """Whether this browser has logged this person in since then."""

    def factor(self, staff_id: str) -> tuple[Factor, int]:
        """And how many recovery codes are left."""

    def attempts(self) -> AbstractContextManager[AttemptsTransaction]: ...


class TokenStore(Protocol):
    """Tokens of programs. Each call is a transaction of its own."""

    def add(self, token: ApiToken) -> bool:
        """False: a token of that name is in force."""

    def every(self) -> list[ApiToken]: ...

    def find(self, token_sha256: str, now: datetime) -> ApiToken | None:
        """The token, unless it is revoked or past its time."""

    def revoke(self, token_id: str, now: datetime) -> bool:
        """False: there is no such token in force."""

    def used(self, token_id: str, now: datetime) -> None: ...
