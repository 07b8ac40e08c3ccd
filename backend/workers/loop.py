"""When periodic work is rung, and what is said when it is late, fails or hangs.

The scheduler is a bell and nothing else: deadlines are rows, and a tick looks for those that are due.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import structlog
from apscheduler.schedulers.background import BackgroundScheduler  # type: ignore[import-untyped]

from backend.services.health.ports import TickState

log = structlog.get_logger()

BELL_SECONDS: Final = 1.0
EARLY_SECONDS: Final = 0.25
"""A bell this much early still counts, or a tick of each second would now and then wait for the next but one."""
SILENT_BELL_SECONDS: Final = 3.0
"""Without a bell for so long a tick looks by itself: APScheduler follows the wall clock, which can be set back."""


class Clock(Protocol):
    """Seconds of a clock that only runs forward."""

    def monotonic(self) -> float: ...


@dataclass(frozen=True, slots=True)
class Tick:
    """Work to be done every `seconds` at the earliest. Running longer than `deadline` seconds it counts as stuck.

    `run` must be safe to repeat and to run in several processes; it may raise, which is logged and counted.
    """

    name: str
    run: Callable[[], object]
    seconds: float = 1.0
    deadline: float = 10.0


class _Runner:
    """One tick on a thread of its own, so that none waits for another."""

    def __init__(self, tick: Tick, clock: Clock) -> None:
        self._tick = tick
        self._clock = clock
        self._rung = threading.Event()
        self._stopping = threading.Event()
        # A daemon: work that hangs must not keep the program from ending in time.
        self._thread = threading.Thread(target=self._work, name=f"tick-{tick.name}", daemon=True)
        self._lock = threading.Lock()
        self._due_at = clock.monotonic()
        self._started_at: float | None = None
        self._runs = 0
        self._failures = 0
        self._error: str | None = None
        self._said_stuck = False

    def start(self) -> None:
        self._thread.start()

    def ring(self) -> None:
        self._rung.set()
        self._say_when_stuck()

    def stop(self) -> None:
        self._stopping.set()
        self._rung.set()

    def join(self, seconds: float) -> bool:
        self._thread.join(max(0.0, seconds))
        return not self._thread.is_alive()

    def state(self) -> TickState:
        now = self._clock.monotonic()
        with self._lock:
            started, due = self._started_at, self._due_at
            stuck = started is not None and now - started > self._tick.deadline
            # While it runs it is late only once it is stuck; before, by how long nobody has started it.
            lag = now - (started if started is not None else due)
            lag_seconds = lag if started is None or stuck else 0.0
            return TickState(self._tick.name, max(0.0, lag_seconds), stuck, self._runs, self._failures, self._error)

    def _work(self) -> None:
        while True:
            rung = self._rung.wait(SILENT_BELL_SECONDS)
            if self._stopping.is_set():
                return
            self._rung.clear()
            if not rung:
                log.warning("bell_silent", tick=self._tick.name)
            if self._clock.monotonic() >= self._due_at - EARLY_SECONDS:
                self._run()

    def _run(self) -> None:
        started = self._clock.monotonic()
        with self._lock:
            self._started_at = started
            self._due_at = started + self._tick.seconds
        error: str | None = None
        try:
            self._tick.run()
        except Exception as failure:  # isolation: no tick may end its thread
            error = type(failure).__name__
        with self._lock:
            self._started_at = None
            self._runs += 1
            self._failures += error is not None
            before, self._error = self._error, error
        self._say_result(before, error)

    def _say_result(self, before: str | None, error: str | None) -> None:
        if error is not None and error != before:
            log.error("tick_failed", tick=self._tick.name, error=error)
        if error is None and before is not None:
            log.info("tick_works_again", tick=self._tick.name)
        if self._said_stuck:
            log.info("tick_unstuck", tick=self._tick.name)
            self._said_stuck = False

    def _say_when_stuck(self) -> None:
        if self.state().stuck and not self._said_stuck:
            self._said_stuck = True
            log.error("tick_stuck", tick=self._tick.name, deadline_seconds=self._tick.deadline)


class Loop:
    """Rings every tick each second, on this process's own threads."""

    def __init__(self, ticks: Sequence[Tick], clock: Clock) -> None:
        self._clock = clock
        self._runners = [_Runner(tick, clock) for tick in ticks]
        self._scheduler = BackgroundScheduler(timezone="UTC")
        self._stopping = threading.Event()

    def start(self) -> None:
        """Ring at once, then each second."""
        for runner in self._runners:
            runner.start()
        self._scheduler.add_job(
            self.ring, "interval", seconds=BELL_SECONDS, coalesce=True, max_instances=1, misfire_grace_time=None
        )
        self._scheduler.start()
        self.ring()

    def ring(self) -> None:
        """Let every tick look now."""
        if self._stopping.is_set():
            return
        for runner in self._runners:
            runner.ring()

    def stop(self, seconds: float = 5.0) -> list[str]:
        """Take no more work and wait for what runs; the names of ticks that did not end in time."""
        self._stopping.set()
        for runner in self._runners:
            runner.stop()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        limit = self._clock.monotonic() + seconds
        hanging = [
            state.name
            for runner, state in ((runner, runner.state()) for runner in self._runners)
            if not runner.join(limit - self._clock.monotonic())
        ]
        if hanging:
            log.error("ticks_hang_at_stop", ticks=hanging)
        return hanging

    def states(self) -> list[TickState]:
        """How each tick fares."""
        return [runner.state() for runner in self._runners]
