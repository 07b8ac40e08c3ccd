"""How everything is sealed with the newest key, so that an old one can be thrown away."""

from __future__ import annotations

from typing import Final, Protocol

from backend.domain.home_secrets.looks import SecretKind
from backend.services.home_secrets.ports import Kept, Sealer, SecretStore, purpose

PORTION: Final = 100


class Ring(Sealer, Protocol):
    """A sealer with keys that can be changed."""

    def is_newest(self, sealed: bytes) -> bool: ...


class SealAnew:
    """Safe to break off and to run again; each row by itself, so nobody waits."""

    def __init__(self, store: SecretStore, ring: Ring) -> None:
        self._store = store
        self._ring = ring

    def __call__(self) -> tuple[int, int]:
        """How many were sealed anew, and how many could not be opened: those stay as they are."""
        anew, unreadable, place = 0, 0, ("", "")
        while rows := self._store.page(place, PORTION):
            for row in rows:
                place = (row.home_id, str(row.kind))
                if self._ring.is_newest(row.sealed):
                    continue
                done = self._seal(row.home_id, row.kind)
                anew, unreadable = anew + done, unreadable + (not done)
        return anew, unreadable

    def _seal(self, home_id: str, kind: SecretKind) -> bool:
        """Read again inside the transaction: somebody may have changed it since."""
        with self._store.begin() as tx:
            found = next((one for one in tx.kept(home_id) if one.kind is kind), None)
            if found is None or self._ring.is_newest(found.sealed):
                return True
            plain = self._ring.open(found.sealed, purpose(home_id, kind))
            if plain is None:
                return False
            sealed = self._ring.seal(plain, purpose(home_id, kind))
            tx.put(Kept(home_id, kind, sealed, found.updated_at, found.updated_by))
            tx.commit()
            return True
