"""How a secret of a home is set or removed. Whoever sets one does not see the others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from backend.domain.audit_log.entry import Entry
from backend.domain.home_secrets.looks import SecretKind
from backend.services.home_secrets.ports import Clock, Kept, Sealer, SecretStore, purpose
from backend.services.identity.actor import Actor


@dataclass(frozen=True, slots=True)
class SecretState:
    """That there is one, since when, and from whom."""

    kind: SecretKind
    updated_at: datetime
    updated_by: str


class ChangeSecrets:
    """The use case."""

    def __init__(self, store: SecretStore, sealer: Sealer, clock: Clock) -> None:
        self._store = store
        self._sealer = sealer
        self._clock = clock

    def __call__(
        self, home_id: str, changes: Mapping[SecretKind, str | None], actor: Actor
    ) -> list[SecretState] | None:
        """Kinds that are not named stay as they are; None removes one. Returns what is kept; None: no such home."""
        now = self._clock.now()
        with self._store.begin() as tx:
            if not tx.has_home(home_id):
                return None
            for kind, value in changes.items():
                if value is None:
                    tx.remove(home_id, kind)
                else:
                    sealed = self._sealer.seal(value.encode(), purpose(home_id, kind))
                    tx.put(Kept(home_id, kind, sealed, now, actor.id))
            detail = {"kinds": sorted(changes), "removed": sorted(k for k, v in changes.items() if v is None)}
            tx.note(Entry(now, actor.kind.value, actor.id, "home_secrets_changed", f"home:{home_id}", detail))
            found = [SecretState(kept.kind, kept.updated_at, kept.updated_by) for kept in tx.kept(home_id)]
            tx.commit()
        return found

    def states(self, home_id: str) -> list[SecretState] | None:
        """What is kept, without what it says."""
        with self._store.begin() as tx:
            if not tx.has_home(home_id):
                return None
            return [SecretState(kept.kind, kept.updated_at, kept.updated_by) for kept in tx.kept(home_id)]
