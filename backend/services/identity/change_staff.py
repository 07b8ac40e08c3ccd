"""Adding an account and changing one; the last administrator stays."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from backend.services.identity.actor import Actor, StaffRole
from backend.services.identity.new_password import OneTimePassword, random_password
from backend.services.identity.policy import Policy
from backend.services.identity.ports import AuditAction, AuditTrail, Clock, Detail, Passwords, StaffAccount
from backend.services.identity.staff_refusals import (
    StaffFault,
    StaffRefused,
    must_give,
    must_manage,
    must_place,
)
from backend.services.identity.store import IdentityStore, IdentityTransaction

ENDS_SESSIONS = frozenset({"role", "organisation_id", "disabled"})
"""What somebody may do is another thing afterwards: what they have open was let in under the old one."""


@dataclass(frozen=True, slots=True)
class NewStaff:
    """An account as it is asked for."""

    username: str
    name: str
    role: StaffRole
    locale: str
    organisation_id: str | None


class AddStaff:
    """Adds an account with a one-time password."""

    def __init__(
        self, store: IdentityStore, passwords: Passwords, clock: Clock, policy: Policy, trail: AuditTrail
    ) -> None:
        self._store = store
        self._passwords = passwords
        self._clock = clock
        self._policy = policy
        self._trail = trail

    def __call__(self, wanted: NewStaff, actor: Actor) -> OneTimePassword:
        """Raises `StaffRefused` and `PasswordsBusy`. Dies before the commit: it is not there."""
        password, now = random_password(), self._clock.now()
        hashed = self._passwords.hash(password)
        until = now + self._policy.one_time
        account = StaffAccount(
            str(uuid.uuid4()),
            wanted.username.strip().lower(),
            wanted.name,
            wanted.role,
            wanted.locale,
            hashed,
            organisation_id=wanted.organisation_id,
            one_time_until=until,
        )
        with self._store.begin() as tx:
            must_give(actor, account.role)
            must_place(tx, actor, account.organisation_id)
            if tx.staff_by_username(account.username) is not None:
                raise StaffRefused(StaffFault.USERNAME_TAKEN)
            tx.add_staff(account, now)
            tx.commit()
        detail = {"role": str(account.role), "organisation_id": account.organisation_id}
        self._trail.record(actor, AuditAction.STAFF_ADDED, f"staff:{account.id}", detail)
        return OneTimePassword(account, password, until)


class ChangeStaff:
    """Changes name, role, locale, organisation, or whether the account is disabled. There is no deleting."""

    def __init__(self, store: IdentityStore, trail: AuditTrail) -> None:
        self._store = store
        self._trail = trail

    def __call__(self, staff_id: str, fields: Mapping[str, Any], actor: Actor) -> StaffAccount:
        """`fields`: new values by name of `StaffAccount`. Raises `StaffRefused`."""
        with self._store.begin() as tx:
            before = must_manage(tx, actor, staff_id)
            after = replace(before, **fields)
            changed = sorted(name for name in fields if getattr(after, name) != getattr(before, name))
            if not changed:
                return before
            _must_be_allowed(tx, actor, before, after)
            tx.save_staff(after)
            ended = tx.end_sessions(staff_id) if ENDS_SESSIONS & set(changed) else 0
            tx.commit()
        detail: Detail = {"fields": changed, "sessions": ended, "role": str(after.role), "disabled": after.disabled}
        self._trail.record(actor, AuditAction.STAFF_CHANGED, f"staff:{staff_id}", detail)
        return after


def _must_be_allowed(tx: IdentityTransaction, actor: Actor, before: StaffAccount, after: StaffAccount) -> None:
    if after.role is not before.role:
        must_give(actor, after.role)
    if after.organisation_id != before.organisation_id:
        must_place(tx, actor, after.organisation_id)
    if _runs_the_district(tx, before) and not _runs_the_district(tx, after) and not tx.other_administrators(before.id):
        raise StaffRefused(StaffFault.LAST_ADMINISTRATOR)


def _runs_the_district(tx: IdentityTransaction, account: StaffAccount) -> bool:
    """Whether everything is open to them, whatever becomes of the OpenID provider."""
    if account.role is not StaffRole.ADMINISTRATOR or account.disabled or account.oidc_subject is not None:
        return False
    return tx.covers(account.organisation_id, None)
