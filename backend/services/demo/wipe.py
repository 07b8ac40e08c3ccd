"""Wiping the demo district: every row of it, alerts that were raised on it since included, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from backend.services.demo.load import Monotonic, rest
from backend.services.demo.ports import DemoStore, LoadState, Progress, Statuses
from backend.services.demo.turn import Pause, in_turn


class BrokerAccounts(Protocol):
    """What the broker knows of devices."""

    def publish(self) -> None:
        """Bring it to what is committed."""


@dataclass(frozen=True, slots=True)
class WipeDemo:
    """The use case. Dies anywhere: another call goes on. The broker forgets its devices at the end."""

    store: DemoStore
    statuses: Statuses
    broker: BrokerAccounts
    clock: Monotonic
    pause: Pause

    def __call__(self, progress: Progress) -> bool:
        """False where there is none."""
        if self.store.load() is None:
            return False
        in_turn(lambda: self.store.finish(LoadState.WIPING), self.pause)
        devices = self.store.devices()
        # First: were this broken off later, nobody would know any more whose readings they are.
        self.statuses.forget(devices)
        total, done = self.store.left(), 0
        while True:
            began = self.clock.monotonic()
            taken = in_turn(self.store.wipe, self.pause)
            if not taken:
                break
            done += taken
            progress(min(done, total), total)
            rest(self.clock.monotonic() - began, self.pause)
        # Again: what a device said while it was still there. From now on it is a stranger, of whom nothing is kept.
        self.statuses.forget(devices)
        self.broker.publish()
        return True
