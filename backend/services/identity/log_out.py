"""Ending a session."""

from __future__ import annotations

from backend.services.identity.ports import IdentityStore
from backend.services.identity.session import token_sha256


class LogOut:
    """Ends the session of a cookie, at once and in every process."""

    def __init__(self, store: IdentityStore) -> None:
        self._store = store

    def __call__(self, token: str) -> None:
        """Nothing happens where there is no such session."""
        self._store.close_session(token_sha256(token))
