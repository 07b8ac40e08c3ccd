"""Somebody chooses another password for themselves."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from backend.services.identity.attempts import known
from backend.services.identity.count_attempts import CountAttempts, digest
from backend.services.identity.open_session import Opened, OpenSession, Visitor
from backend.services.identity.password_rules import PasswordFault, PasswordRules
from backend.services.identity.ports import AuditAction, AuditTrail, Passwords, PasswordsBusy, StaffAccount
from backend.services.identity.staff_refusals import StaffFault, StaffRefused
from backend.services.identity.store import IdentityStore


@dataclass(frozen=True, slots=True)
class TooManyTries:
    """The old password was wrong too often."""

    retry_after: timedelta


@dataclass(frozen=True, slots=True)
class ProveOneself:
    """Asks for the password again before something that outlasts the session. Guesses are counted here too."""

    store: IdentityStore
    passwords: Passwords
    attempts: CountAttempts

    def __call__(self, staff: StaffAccount, password: str) -> bool | TooManyTries:
        """Whether it is theirs; raises `PasswordsBusy`, and `StaffRefused` where they have none here."""
        if staff.oidc_subject is not None:
            raise StaffRefused(StaffFault.NO_PASSWORD_HERE)
        counted = known(digest(f"again\n{staff.id}"))
        wait = self.attempts.count(counted)
        if wait is not None:
            return TooManyTries(wait)
        try:
            good = self.passwords.verify(password, staff.password_hash)
        except PasswordsBusy:
            self.attempts.take_back(counted)
            raise
        if good:
            self.attempts.succeeded(counted)
        return good


@dataclass(frozen=True, slots=True)
class ChangePassword:
    """All sessions end and one begins: whoever had stolen one is out, whoever changes it goes on."""

    store: IdentityStore
    passwords: Passwords
    rules: PasswordRules
    prove: ProveOneself
    open_session: OpenSession
    trail: AuditTrail

    def __call__(
        self, staff: StaffAccount, current: str, wanted: str, visitor: Visitor
    ) -> Opened | PasswordFault | TooManyTries | None:
        """The new session, or why not; None: `current` is wrong. Raises `PasswordsBusy` and `StaffRefused`."""
        proved = self.prove(staff, current)
        if isinstance(proved, TooManyTries):
            return proved
        if not proved:
            return None
        fault = self.rules.fault(wanted, staff)
        if fault is None and wanted == current:
            fault = PasswordFault.SAME
        if fault is not None:
            return fault
        hashed = self.passwords.hash(wanted)
        with self.store.begin() as tx:
            there = tx.staff(staff.id)
            if there is None or there.disabled or there.password_hash != staff.password_hash:
                return None  # somebody else was first
            changed = replace(there, password_hash=hashed, one_time_until=None)
            tx.save_staff(changed)
            ended = tx.end_sessions(staff.id)
            tx.forget_devices(staff.id)
            opened = self.open_session(tx, changed, visitor)
            tx.commit()
        self.trail.record(changed.actor, AuditAction.PASSWORD_CHANGED, f"staff:{staff.id}", {"sessions": ended - 1})
        return opened
