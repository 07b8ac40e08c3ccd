"""Whether a user name, a password and perhaps a code open a session."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import Final

from backend.services.identity.attempts import Subject, codes
from backend.services.identity.count_attempts import CountAttempts, digest
from backend.services.identity.open_session import OpenSession, Visitor
from backend.services.identity.ports import (
    AuditAction,
    AuditTrail,
    Clock,
    Passwords,
    PasswordsBusy,
    StaffAccount,
)
from backend.services.identity.second_factor import SecondFactor, Verdict
from backend.services.identity.session import Session
from backend.services.identity.store import IdentityStore

DEVICE_LIFE: Final = timedelta(days=180)
"""How long a browser is remembered as one of somebody's own."""


class LoginRefusal(StrEnum):
    """Why nobody was let in."""

    BAD_CREDENTIALS = "bad_credentials"
    OTP_REQUIRED = "otp_required"
    BAD_OTP = "bad_otp"
    OTP_USED = "otp_used"
    PASSWORD_EXPIRED = "password_expired"  # noqa: S105 - a code
    TOO_MANY_ATTEMPTS = "too_many_attempts"
    BUSY = "busy"


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """`token` goes into the session's cookie and nowhere else, `device` into that of the browser."""

    token: str
    session: Session
    device: str


@dataclass(frozen=True, slots=True)
class LoginRefused:
    """`retry_after` is None where trying again helps at once or never."""

    reason: LoginRefusal
    retry_after: timedelta | None = None


_VERDICTS: Final = {
    Verdict.WRONG: LoginRefusal.BAD_OTP,
    Verdict.USED: LoginRefusal.OTP_USED,
    Verdict.UNREADABLE: LoginRefusal.BAD_OTP,
}


@dataclass
class LogIn:
    """Every try is counted before its password is checked: guesses that come at once are not free."""

    store: IdentityStore
    passwords: Passwords
    clock: Clock
    attempts: CountAttempts
    factor: SecondFactor
    open_session: OpenSession
    trail: AuditTrail

    def __call__(
        self, username: str, password: str, visitor: Visitor, otp: str | None = None
    ) -> LoggedIn | LoginRefused:
        """Let in, or refused with a reason. Takes as long for an unknown user as for a wrong password."""
        name = username.strip().lower()
        counted = self.attempts.subjects(name, visitor.address, visitor.device)
        wait = self.attempts.count(counted)
        if wait is not None:
            return self._refuse(None, LoginRefused(LoginRefusal.TOO_MANY_ATTEMPTS, wait))
        try:
            staff = self._check(name, password)
        except PasswordsBusy:
            self.attempts.take_back(counted)
            return LoginRefused(LoginRefusal.BUSY, timedelta(seconds=1))
        if staff is None:
            return self._refuse(self.store.staff_by_username(name), LoginRefused(LoginRefusal.BAD_CREDENTIALS))
        refused = self._second(staff, otp, counted)
        if refused is not None:
            return self._refuse(staff, refused)
        self.attempts.succeeded(counted)
        return self._open(staff, password, visitor)

    def _check(self, name: str, password: str) -> StaffAccount | None:
        staff = self.store.staff_by_username(name)
        if staff is None or not staff.password_hash:
            self.passwords.verify_nobody(password)
            return None
        return staff if self.passwords.verify(password, staff.password_hash) and not staff.disabled else None

    def _second(self, staff: StaffAccount, otp: str | None, counted: tuple[Subject, ...]) -> LoginRefused | None:
        # What is no failure of the password only takes its own count back: half a log-in clears no record.
        if staff.one_time_until is not None and staff.one_time_until <= self.clock.now():
            self.attempts.take_back(counted)
            return LoginRefused(LoginRefusal.PASSWORD_EXPIRED)
        if self.store.factor(staff.id)[0].secret is None:
            return None
        if not otp:
            self.attempts.take_back(counted)
            return LoginRefused(LoginRefusal.OTP_REQUIRED)
        wait = self.attempts.count((subject := codes(digest(staff.id)),))
        if wait is not None:
            self.attempts.take_back(counted)
            return LoginRefused(LoginRefusal.TOO_MANY_ATTEMPTS, wait)
        with self.store.begin() as tx:
            verdict = self.factor.check(tx, staff.id, otp, self.clock.now())
            tx.commit()
        if not verdict.good:
            self.attempts.take_back(counted)
            return LoginRefused(_VERDICTS[verdict])
        self.attempts.succeeded((subject,))
        return None

    def _open(self, staff: StaffAccount, password: str, visitor: Visitor) -> LoggedIn | LoginRefused:
        fresh = staff
        if self.passwords.is_outdated(staff.password_hash):
            try:
                fresh = replace(staff, password_hash=self.passwords.hash(password))
            except PasswordsBusy:
                fresh = staff  # the next log-in does it
        with self.store.begin() as tx:
            # Somebody may have changed or disabled the account while the hash was computed.
            now_there = tx.staff(staff.id)
            if now_there is None or now_there.disabled or now_there.password_hash != staff.password_hash:
                return LoginRefused(LoginRefusal.BAD_CREDENTIALS)
            account = replace(now_there, password_hash=fresh.password_hash)
            if account != now_there:
                tx.save_staff(account)
            opened = self.open_session(tx, account, visitor)
            tx.commit()
        self.trail.record(account.actor, AuditAction.LOGGED_IN, f"staff:{account.id}", {"how": "password"})
        return LoggedIn(opened.token, opened.session, opened.device)

    def _refuse(self, staff: StaffAccount | None, refused: LoginRefused) -> LoginRefused:
        subject = f"staff:{staff.id}" if staff is not None else ""
        self.trail.record(None, AuditAction.LOG_IN_REFUSED, subject, {"reason": str(refused.reason)})
        return refused
