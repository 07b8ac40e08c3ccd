"""An identity store in which there is nobody, and an audit trail that remembers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime

from backend.services.identity.actor import Actor
from backend.services.identity.ports import AuditAction, Detail, StaffAccount
from backend.services.identity.store import (
    AttemptsTransaction,
    Factor,
    IdentityTransaction,
    OpenSession,
    SessionRow,
)


class NobodyStore:
    """`IdentityStore`: nobody is known, nothing is kept, no attempt is counted."""

    def begin(self) -> AbstractContextManager[IdentityTransaction]:
        raise AssertionError("nobody changes anything")

    def staff_by_username(self, username: str) -> StaffAccount | None:
        return None

    def every_staff(self) -> list[tuple[StaffAccount, bool]]:
        return []

    def subtree(self, organisation_id: str | None) -> frozenset[str] | None:
        return None

    def add_first_staff(self, make: Callable[[], Sequence[StaffAccount]], now: datetime) -> bool:
        return False

    def session(self, token_sha256: str, now: datetime) -> OpenSession | None:
        return None

    def sessions(self, staff_id: str, now: datetime) -> list[SessionRow]:
        return []

    def renew_session(self, token_sha256: str, now: datetime, expires_at: datetime) -> None:
        raise AssertionError("there is no session")

    def close_session(self, token_sha256: str) -> None:
        return None

    def is_known_device(self, username: str, token_sha256: str, since: datetime) -> bool:
        return False

    def factor(self, staff_id: str) -> tuple[Factor, int]:
        return Factor(), 0

    def attempts(self) -> AbstractContextManager[AttemptsTransaction]:
        raise AssertionError("nobody tries")


class RememberedTrail:
    """`AuditTrail` in memory: (actor's id, action, subject, detail)."""

    def __init__(self) -> None:
        self.entries: list[tuple[str, AuditAction, str, Detail]] = []

    def record(self, actor: Actor | None, action: AuditAction, subject: str, detail: Detail) -> None:
        self.entries.append((actor.id if actor is not None else "", action, subject, detail))

    @property
    def actions(self) -> list[AuditAction]:
        """What happened, in order."""
        return [action for _, action, _, _ in self.entries]
