"""What the emergency lane need not remember: old idempotency keys and old places of the change log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from backend.services.alarm.ports import AlarmStore, Clock

KEYS_KEPT: Final = timedelta(hours=24)
"""A browser or phone that comes back after a day asks anew what has become of its request."""
CHANGES_KEPT: Final = 100_000
"""A hundred times what a stream resumes from (`services.live`): whoever is further behind loads the list."""


@dataclass(frozen=True, slots=True)
class Forget:
    """The use case; a tick of the worker. Events, alerts and timelines are never touched."""

    store: AlarmStore
    clock: Clock

    def __call__(self) -> None:
        """All or nothing."""
        with self.store.begin() as tx:
            tx.forget_keys(self.clock.now() - KEYS_KEPT)
            tx.forget_changes(CHANGES_KEPT)
            tx.commit()
