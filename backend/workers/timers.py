"""Which ticks of the worker look at deadlines: repeats without a reaction, commands that expire, what is forgotten."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from backend.services.alarm.forget import Forget
from backend.services.alarm.hand_out_commands import ExpireCommands
from backend.services.alarm.requeue_due import RequeueDue

BATCH: Final = 100
FORGET_SECONDS: Final = 600
MOST_BATCHES: Final = 50
"""A tick ends after this many, so that another one (and a shutdown) gets its turn; the rest is due at the next bell."""


@dataclass(frozen=True, slots=True)
class DueAlerts:
    """The tick that puts alerts back into the queue. Any number of processes may run it."""

    requeue: RequeueDue

    def __call__(self) -> None:
        for _ in range(MOST_BATCHES):
            if self.requeue(BATCH) < BATCH:
                return


@dataclass(frozen=True, slots=True)
class DueCommands:
    """The tick that ends commands whose time is over."""

    expire: ExpireCommands

    def __call__(self) -> None:
        for _ in range(MOST_BATCHES):
            if self.expire(BATCH) < BATCH:
                return


@dataclass(frozen=True, slots=True)
class DueForgetting:
    """The tick that keeps tables from growing for ever."""

    forget: Forget

    def __call__(self) -> None:
        self.forget()
