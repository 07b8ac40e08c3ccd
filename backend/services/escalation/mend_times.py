"""A clock that was set back leaves due times in the future: nobody waits for it to come back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import structlog

from backend.services.alarm.ports import Clock

log = structlog.get_logger()


class StrayTimes(Protocol):
    """Due times of runs, alerts, notices and commands."""

    def pull_back(self, now: datetime) -> Mapping[str, int]:
        """What lies further ahead than anything permits is due now: how many of which."""
        ...


@dataclass(frozen=True, slots=True)
class MendTimes:
    """The use case, a tick of the worker. Any number of processes may run it, each by its own clock."""

    strays: StrayTimes
    clock: Clock

    def __call__(self) -> None:
        found = self.strays.pull_back(self.clock.now())
        if found:
            log.warning("due_times_were_in_the_future", **found)
