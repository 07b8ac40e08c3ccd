"""Whether a user name and a password open a session."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from backend.services.identity.attempts import (
    FORGOTTEN_AFTER,
    Subject,
    after_failure,
    after_success,
    blocked_for,
    subjects,
)
from backend.services.identity.ports import Clock, IdentityStore, Passwords, PasswordsBusy, StaffAccount
from backend.services.identity.session import IDLE_LIFE, Session, csrf_token, new_token, token_sha256


class LoginRefusal(StrEnum):
    """Why nobody was let in."""

    BAD_CREDENTIALS = "bad_credentials"
    TOO_MANY_ATTEMPTS = "too_many_attempts"
    BUSY = "busy"


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """`token` goes into the cookie and nowhere else."""

    token: str
    session: Session


@dataclass(frozen=True, slots=True)
class LoginRefused:
    """`retry_after` is None where trying again helps at once or never."""

    reason: LoginRefusal
    retry_after: timedelta | None = None


class LogIn:
    """Every try is counted before its password is checked: guesses that come at once are not free."""

    def __init__(self, store: IdentityStore, passwords: Passwords, clock: Clock) -> None:
        self._store = store
        self._passwords = passwords
        self._clock = clock

    def __call__(self, username: str, password: str, address: str) -> LoggedIn | LoginRefused:
        """Let in, or refused with a reason. Takes as long for an unknown user as for a wrong password."""
        name = username.strip().lower()
        counted = subjects(_digest(name), _digest(address), _digest(f"{name}\n{address}"))
        wait = self._count(counted)
        if wait is not None:
            return LoginRefused(LoginRefusal.TOO_MANY_ATTEMPTS, wait)
        try:
            staff = self._check(name, password)
        except PasswordsBusy:
            self._take_back(counted)
            return LoginRefused(LoginRefusal.BUSY, timedelta(seconds=1))
        if staff is None:
            return LoginRefused(LoginRefusal.BAD_CREDENTIALS)
        self._succeed(counted)
        return self._open(staff)

    def _count(self, counted: tuple[Subject, ...]) -> timedelta | None:
        now = self._clock.now()
        with self._store.attempts() as tx:
            taken = [(subject, tx.take(subject.key, now)) for subject in counted]
            waits = [wait for _, attempts in taken if (wait := blocked_for(attempts, now)) is not None]
            if waits:
                return max(waits)
            for subject, attempts in taken:
                tx.put(subject.key, after_failure(attempts, subject.free, now))
            tx.forget_before(now - FORGOTTEN_AFTER * 4)
            tx.commit()
        return None

    def _check(self, name: str, password: str) -> StaffAccount | None:
        staff = self._store.staff_by_username(name)
        if staff is None:
            self._passwords.verify_nobody(password)
            return None
        return staff if self._passwords.verify(password, staff.password_hash) and not staff.disabled else None

    def _take_back(self, counted: tuple[Subject, ...]) -> None:
        with self._store.attempts() as tx:
            for subject in counted:
                tx.put(subject.key, after_success(tx.take(subject.key, self._clock.now())))
            tx.commit()

    def _succeed(self, counted: tuple[Subject, ...]) -> None:
        # The address keeps its count but for this one: whoever has an account must not guess others' for free.
        pair, name, address = counted
        with self._store.attempts() as tx:
            tx.forget(pair.key)
            tx.forget(name.key)
            tx.put(address.key, after_success(tx.take(address.key, self._clock.now())))
            tx.commit()

    def _open(self, staff: StaffAccount) -> LoggedIn:
        now, token = self._clock.now(), new_token()
        expires_at = now + IDLE_LIFE
        self._store.open_session(token_sha256(token), staff.id, now, expires_at)
        return LoggedIn(token, Session(staff, csrf_token(token), expires_at))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
