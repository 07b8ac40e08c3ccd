"""How one-time passwords are made, and how somebody who has lost theirs gets another."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from backend.services.identity.actor import Actor
from backend.services.identity.policy import Policy
from backend.services.identity.ports import AuditAction, AuditTrail, Clock, Passwords, StaffAccount
from backend.services.identity.staff_refusals import StaffFault, StaffRefused, must_manage
from backend.services.identity.store import IdentityStore

# Without 0, 1, i, l, o and u: read out over the telephone, typed from paper.
_LETTERS: Final = "23456789abcdefghjkmnpqrstvwxyz"
GROUPS: Final = 4
"""Four groups of four: 78 bits."""


def random_password() -> str:
    """A password that nobody has chosen."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(GROUPS))


@dataclass(frozen=True, slots=True)
class OneTimePassword:
    """Shown here only. Good until `expires_at`, and for nothing but choosing another."""

    staff: StaffAccount
    password: str
    expires_at: datetime


class ResetPassword:
    """A lost password is replaced, never read. All sessions of that person end, their browsers are strangers again."""

    def __init__(
        self, store: IdentityStore, passwords: Passwords, clock: Clock, policy: Policy, trail: AuditTrail
    ) -> None:
        self._store = store
        self._passwords = passwords
        self._clock = clock
        self._policy = policy
        self._trail = trail

    def __call__(self, staff_id: str, actor: Actor) -> OneTimePassword:
        """Raises `StaffRefused` and `PasswordsBusy`. One's own is changed, not reset: that needs the old one."""
        if staff_id == actor.id:
            raise StaffRefused(StaffFault.NOT_YOURSELF)
        # Hashed before the transaction: 140 ms are too long to keep all others from changing anything.
        password = random_password()
        hashed = self._passwords.hash(password)
        until = self._clock.now() + self._policy.one_time
        with self._store.begin() as tx:
            account = must_manage(tx, actor, staff_id)
            if account.oidc_subject is not None:
                raise StaffRefused(StaffFault.NO_PASSWORD_HERE)
            changed = replace(account, password_hash=hashed, one_time_until=until)
            tx.save_staff(changed)
            ended = tx.end_sessions(staff_id)
            tx.forget_devices(staff_id)
            tx.commit()
        self._trail.record(actor, AuditAction.PASSWORD_RESET, f"staff:{staff_id}", {"sessions": ended})
        return OneTimePassword(changed, password, until)
