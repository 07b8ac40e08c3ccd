"""An identity store in which there is nobody."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime

from backend.services.identity.ports import AttemptsTransaction, OpenSession, StaffAccount


class NobodyStore:
    """`IdentityStore`: nobody is known, nothing is kept, no attempt is counted."""

    def staff_by_username(self, username: str) -> StaffAccount | None:
        return None

    def add_first_staff(self, make: Callable[[], Sequence[StaffAccount]], now: datetime) -> bool:
        return False

    def replace_password(self, username: str, password_hash: str) -> bool:
        return False

    def open_session(self, token_sha256: str, staff_id: str, now: datetime, expires_at: datetime) -> None:
        raise AssertionError("nobody can log in")

    def session(self, token_sha256: str, now: datetime) -> OpenSession | None:
        return None

    def renew_session(self, token_sha256: str, expires_at: datetime) -> None:
        raise AssertionError("there is no session")

    def close_session(self, token_sha256: str) -> None:
        return None

    def attempts(self) -> AbstractContextManager[AttemptsTransaction]:
        raise AssertionError("nobody tries")
