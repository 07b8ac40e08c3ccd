"""Why an account is not changed, and who may change which."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from backend.services.identity.actor import Actor, StaffRole
from backend.services.identity.ports import StaffAccount
from backend.services.identity.store import IdentityTransaction


class StaffFault(StrEnum):
    """Why."""

    UNKNOWN_STAFF = "unknown_staff"
    USERNAME_TAKEN = "username_taken"
    UNKNOWN_ORGANISATION = "unknown_organisation"
    ROLE_NOT_YOURS = "role_not_yours"
    LAST_ADMINISTRATOR = "last_administrator"
    NOT_YOURSELF = "not_yourself"
    NO_PASSWORD_HERE = "no_password_here"  # noqa: S105 - a code


class StaffRefused(Exception):  # noqa: N818 - an answer, not a fault of ours
    """An account stays as it is."""

    def __init__(self, reason: StaffFault) -> None:
        super().__init__(reason)
        self.reason = reason


GIVES: Final = {
    StaffRole.ADMINISTRATOR: frozenset(StaffRole),
    StaffRole.MANAGER: frozenset({StaffRole.OPERATOR, StaffRole.TECHNICIAN, StaffRole.RESPONDER, StaffRole.FAMILY}),
}
"""Which roles somebody may give and take; others may touch no account."""


def must_manage(tx: IdentityTransaction, actor: Actor, staff_id: str) -> StaffAccount:
    """The account, if it lies in the actor's subtree (else it is unknown) and has a role that is theirs to give."""
    account = tx.staff(staff_id)
    if account is None or not tx.covers(actor.organisation_id, account.organisation_id):
        raise StaffRefused(StaffFault.UNKNOWN_STAFF)
    must_give(actor, account.role)
    return account


def must_give(actor: Actor, role: StaffRole) -> None:
    """Raises where the role is not the actor's to give."""
    if actor.role is None or role not in GIVES.get(actor.role, frozenset()):
        raise StaffRefused(StaffFault.ROLE_NOT_YOURS)


def must_place(tx: IdentityTransaction, actor: Actor, organisation_id: str | None) -> None:
    """Raises where the organisation is not there, not at work, or outside the actor's subtree: all look the same."""
    stands = organisation_id is None or tx.is_organisation(organisation_id)
    if not stands or not tx.covers(actor.organisation_id, organisation_id):
        raise StaffRefused(StaffFault.UNKNOWN_ORGANISATION)
