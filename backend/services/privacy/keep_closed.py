"""How long closed alerts are kept: a portion at each look, so that no press waits for a clean-up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from backend.services.privacy.ports import Clock, ClosedStore

PORTION: Final = 20


@dataclass(frozen=True, slots=True)
class KeepClosed:
    """A tick of the worker. `closed`, `calls`: for how long."""

    store: ClosedStore
    clock: Clock
    closed: timedelta
    calls: timedelta

    def __call__(self) -> int:
        """How many alerts were forgotten."""
        now = self.clock.now()
        self.store.forget_calls(now - self.calls)
        return self.store.forget_closed(now - self.closed, PORTION)
