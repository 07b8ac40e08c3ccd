"""One request is one step: a key that was used is not used again, and what it did is not done twice."""

from __future__ import annotations

from datetime import datetime

from backend.services.alarm.ports import AlarmTransaction


class KeyReused(Exception):  # noqa: N818 - an answer, not a fault of ours
    """The key was used for another request."""


def done_before(tx: AlarmTransaction, actor_id: str, key: str | None, fingerprint: str) -> bool:
    """Whether this very request was carried out before. Raises `KeyReused`."""
    before = tx.done_before(actor_id, key) if key is not None else None
    if before is not None and before != fingerprint:
        raise KeyReused
    return before is not None


def keep(tx: AlarmTransaction, actor_id: str, key: str | None, fingerprint: str, now: datetime) -> None:
    """Commits with the key. Raises `KeyReused` where another request was quicker with it; nothing is kept then."""
    if key is not None and not tx.mark_done(actor_id, key, fingerprint, now):
        raise KeyReused
    tx.commit()
