"""Where passwords are checked: in threads of their own, and no more of them waiting than can be answered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

from anyio import CapacityLimiter, to_thread

from backend.api.identity_problems import busy
from backend.services.identity.ports import PasswordsBusy

T = TypeVar("T")

LOG_INS_AT_ONCE: Final = 8
"""Twice as many as hash at once (`adapters.passwords`): the others are counting attempts."""
LOG_INS_WAITING: Final = 100


class LogInThreads:
    """A flood of log-ins must not take the threads that presses are stored on."""

    def __init__(self) -> None:
        self._threads = CapacityLimiter(LOG_INS_AT_ONCE)
        self._pending = 0

    async def run(self, work: Callable[[], T]) -> T:
        """What `work` returns; 503 where too many wait."""
        # Counted here and not by the limiter, which learns of those that arrive together only one turn later.
        if self._pending >= LOG_INS_AT_ONCE + LOG_INS_WAITING:
            raise busy()
        self._pending += 1
        try:
            return await to_thread.run_sync(work, limiter=self._threads)
        except PasswordsBusy:
            raise busy() from None
        finally:
            self._pending -= 1
