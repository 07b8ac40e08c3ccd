"""Which sessions an account has open, and ending them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from backend.services.identity.actor import Actor
from backend.services.identity.ports import AuditAction, AuditTrail, Clock
from backend.services.identity.session import session_id, token_sha256
from backend.services.identity.staff_refusals import must_manage
from backend.services.identity.store import IdentityStore, SessionRow


@dataclass(frozen=True, slots=True)
class ShownSession:
    """A session in a list; `current`: the one that asks."""

    id: str
    created_at: datetime
    used_at: datetime | None
    expires_at: datetime
    address: str | None
    agent: str | None
    current: bool


class ListSessions:
    """Those that have not ended, the latest first."""

    def __init__(self, store: IdentityStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def __call__(self, staff_id: str, cookie: str = "") -> list[ShownSession]:
        """`cookie`: of whoever asks."""
        key = token_sha256(cookie)
        return [_shown(row, key) for row in self._store.sessions(staff_id, self._clock.now())]


class EndSessions:
    """Ends one's own sessions, or as administrator all of an account. Live streams notice within 5 s."""

    def __init__(self, store: IdentityStore, clock: Clock, trail: AuditTrail) -> None:
        self._store = store
        self._clock = clock
        self._trail = trail

    def one(self, actor: Actor, wanted: str) -> bool:
        """One of the actor's own by its id in the list; False: there is none of that name."""
        with self._store.begin() as tx:
            rows = tx.sessions(actor.id, self._clock.now())
            row = next((row for row in rows if session_id(row.token_sha256) == wanted), None)
            if row is None:
                return False
            tx.end_session(row.token_sha256)
            tx.commit()
        self._trail.record(actor, AuditAction.SESSIONS_ENDED, f"staff:{actor.id}", {"sessions": 1})
        return True

    def others(self, actor: Actor, cookie: str) -> int:
        """All of the actor's own but the one that asks; how many. Their browsers are strangers again."""
        with self._store.begin() as tx:
            ended = tx.end_sessions(actor.id, keep=token_sha256(cookie))
            tx.forget_devices(actor.id)
            tx.commit()
        self._trail.record(actor, AuditAction.SESSIONS_ENDED, f"staff:{actor.id}", {"sessions": ended})
        return ended

    def of(self, actor: Actor, staff_id: str) -> int:
        """All of an account that is the actor's to manage. Raises `StaffRefused`."""
        with self._store.begin() as tx:
            must_manage(tx, actor, staff_id)
            ended = tx.end_sessions(staff_id)
            tx.forget_devices(staff_id)
            tx.commit()
        self._trail.record(actor, AuditAction.SESSIONS_ENDED, f"staff:{staff_id}", {"sessions": ended})
        return ended


def _shown(row: SessionRow, current: str) -> ShownSession:
    return ShownSession(
        session_id(row.token_sha256),
        row.created_at,
        row.used_at,
        row.expires_at,
        row.address,
        row.agent,
        row.token_sha256 == current,
    )
