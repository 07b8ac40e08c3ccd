"""A request with an Idempotency-Key is done once: the same again gives what it made, another one is refused."""

from __future__ import annotations

from datetime import datetime

from backend.services.identity.actor import Actor
from backend.services.registry.ports import Told
from backend.services.registry.refusals import RegistryRefusal, RegistryRefused


def done_before(tx: Told, actor: Actor, key: str | None, request: object, now: datetime) -> bool:
    """Whether this request was done; marks it as done where it was not. Raises `RegistryRefused` for another one."""
    if key is None:
        return False
    # In a namespace of their own: the same key at an alert's call is another request.
    name, fingerprint = f"registry/{key}"[:128], repr(request)
    before = tx.done_before(actor.id, name)
    if before is None:
        if tx.mark_done(actor.id, name, fingerprint, now):
            return False
        before = tx.done_before(actor.id, name)
    if before != fingerprint:
        raise RegistryRefused(RegistryRefusal.KEY_REUSED)
    return True
