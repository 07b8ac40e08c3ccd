"""How waiting entries get their places: a portion at each look, so that no press waits for many of them."""

from __future__ import annotations

from typing import Final

from backend.services.audit_log.ports import AuditChain

PORTION: Final = 200
MOST_PORTIONS: Final = 10


class ChainEntries:
    """Safe to run in several processes."""

    def __init__(self, store: AuditChain) -> None:
        self._store = store

    def __call__(self) -> int:
        """How many were given a place."""
        placed = 0
        for _ in range(MOST_PORTIONS):
            placed += (made := self._store.chain(PORTION))
            if made < PORTION:
                break
        return placed
