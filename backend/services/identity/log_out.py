"""Ending a session."""

from __future__ import annotations

from backend.services.identity.actor import Actor
from backend.services.identity.ports import AuditAction, AuditTrail
from backend.services.identity.session import token_sha256
from backend.services.identity.store import IdentityStore


class LogOut:
    """Ends the session of a cookie, at once and in every process."""

    def __init__(self, store: IdentityStore, trail: AuditTrail) -> None:
        self._store = store
        self._trail = trail

    def __call__(self, actor: Actor, token: str) -> None:
        """Nothing happens where there is no such session."""
        self._store.close_session(token_sha256(token))
        self._trail.record(actor, AuditAction.LOGGED_OUT, f"staff:{actor.id}", {})
