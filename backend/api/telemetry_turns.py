"""Threads of telemetry's own, and how many calls may wait for one: no curve takes a thread that an alert needs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

from anyio import CapacityLimiter, to_thread

from backend.api.problems import Problem
from contract.vocabulary import Label

THREADS: Final = 4
"""More would only wait for the same file or the same server."""
MOST_WAITING: Final = 32
"""Calls that wait for a thread; a desk of ten operators asks for a few curves each."""
T = TypeVar("T")


class Turns:
    """Runs calls on `THREADS` threads that nothing else uses (rule 9: what staff looks at never holds a press back)."""

    def __init__(self, threads: int = THREADS, most_waiting: int = MOST_WAITING) -> None:
        self._threads = CapacityLimiter(threads)
        self._most_waiting = most_waiting

    async def __call__(self, call: Callable[[], T]) -> T:
        """What `call` answers or raises; 503 where too many wait already, nothing of `call` was done then."""
        if self._threads.statistics().tasks_waiting >= self._most_waiting:
            raise telemetry_busy()
        return await to_thread.run_sync(call, limiter=self._threads)


def telemetry_busy() -> Problem:
    """503: come again."""
    return Problem(
        503,
        "telemetry_busy",
        Label("监测数据查询繁忙，请稍后再试", "Too many telemetry calls wait; try again"),
        headers={"Retry-After": "5"},
    )
