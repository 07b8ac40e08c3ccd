"""How somebody is forgotten: what has to be kept of incidents stays under a pseudonym that leads back to nobody."""

from __future__ import annotations

import secrets

from backend.domain.audit_log.entry import Entry
from backend.services.identity.actor import Actor
from backend.services.privacy.ports import Clock, Erased, ErasureStore, StillThere


class EraseResident:
    """The use case for the relational database; readings have one of their own (`services.telemetry.erase_person`)."""

    def __init__(self, store: ErasureStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def __call__(self, resident_id: str, actor: Actor) -> Erased | StillThere | None:
        """Safe to repeat: the second call says what the first has done."""
        now = self._clock.now()
        # Random, kept nowhere beside a name: there is no list by which to go back.
        pseudonym = f"P-{secrets.token_hex(4).upper()}"
        entry = Entry(now, actor.kind.value, actor.id, "resident_erased", f"resident:{resident_id}", {})
        return self._store.erase(resident_id, pseudonym, now, entry)
