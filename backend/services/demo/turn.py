"""How long loading and wiping wait for a database that is busy with presses, before a person is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Final, TypeVar

from backend.services.demo.ports import StoreBusy

Pause = Callable[[timedelta], None]
Value = TypeVar("Value")
TRIES: Final = 30
WAIT: Final = timedelta(seconds=1)


def in_turn(call: Callable[[], Value], pause: Pause) -> Value:
    """What the call answers; nothing of a call that raised was kept, so it may be made again. Raises `StoreBusy`."""
    for _ in range(TRIES):
        try:
            return call()
        except StoreBusy:
            pause(WAIT)
    return call()
