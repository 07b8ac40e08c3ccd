"""Which accounts somebody sees."""

from __future__ import annotations

from dataclasses import dataclass

from backend.services.identity.actor import Actor
from backend.services.identity.ports import StaffAccount
from backend.services.identity.store import IdentityStore


@dataclass(frozen=True, slots=True)
class StaffLine:
    """An account in a list."""

    account: StaffAccount
    has_otp: bool


class ReadStaff:
    """Lists accounts of the actor's subtree; what is outside is not there."""

    def __init__(self, store: IdentityStore) -> None:
        self._store = store

    def __call__(self, actor: Actor) -> list[StaffLine]:
        """By user name."""
        seen = self._store.subtree(actor.organisation_id)
        return [
            StaffLine(account, has_otp)
            for account, has_otp in self._store.every_staff()
            if seen is None or account.organisation_id in seen
        ]

    def one(self, actor: Actor, staff_id: str) -> StaffLine | None:
        """None: there is none, or none that the actor may know of."""
        return next((line for line in self(actor) if line.account.id == staff_id), None)
