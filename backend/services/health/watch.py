"""A tick that says how this process fares, and looks at all that readiness and metrics need.

A question from outside reads what was found last, so that no number of questions loads the database.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, TypeVar

import structlog

from backend.services.health.ports import AlarmBacklog, Clock, ComponentState, FreeSpace, HealthStore, Ticks
from backend.services.health.read_components import as_of
from backend.services.health.readiness import Check, Facts, judge
from backend.services.telemetry.ports import TelemetryStore

log = structlog.get_logger()
T = TypeVar("T")

WATCH_SECONDS: Final = 5.0
FORGET_AFTER: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the watch looks. `telemetry` None: this process does not serve it."""

    store: HealthStore
    alarm: AlarmBacklog
    disk: FreeSpace
    clock: Clock
    telemetry: TelemetryStore | None = None
    refused: Callable[[], Sequence[str]] = tuple
    """What cannot be used of the configuration, each with file and place."""


class Watch:
    """`component`: the name under which this process reports itself."""

    def __init__(self, component: str, sources: Sources, ticks: Ticks) -> None:
        self._component = component
        self._sources = sources
        self._ticks = ticks
        self._facts: Facts | None = None

    @property
    def facts(self) -> Facts | None:
        """What was found last; None before the first look."""
        return self._facts

    def checks(self) -> list[Check]:
        """Readiness as of now; asks nobody."""
        return judge(self._facts, self._ticks(), self._sources.clock.monotonic(), self._sources.refused())

    def __call__(self) -> None:
        """Report and look. Raises what the report raised, after everything else was looked at."""
        started = self._sources.clock.monotonic()
        error = self._report()
        self._facts = self._look(started, error)
        if error is not None:
            raise error

    def _report(self) -> Exception | None:
        """The report is the proof that the database can be written."""
        failing = [tick.name for tick in self._ticks() if tick.stuck or tick.error is not None]
        wrong = [f"ticks: {', '.join(failing)}"] if failing else []
        wrong += [f"configuration: {why}" for why in self._sources.refused()]
        state = ComponentState.DEGRADED if wrong else ComponentState.UP
        detail = "; ".join(wrong)[:200]
        now = self._sources.clock.now()
        figures = {"tick_lag_seconds": max((tick.lag_seconds for tick in self._ticks()), default=0.0)}
        try:
            self._sources.store.report(self._component, state, detail, figures, now)
            self._sources.store.forget(now - FORGET_AFTER)
        except Exception as error:
            return error
        return None

    def _look(self, started: float, error: Exception | None) -> Facts:
        sources, now = self._sources, self._sources.clock.now()
        components = _try("components", sources.store.components)
        return Facts(
            looked_at=started,
            at=now,
            write_error=None if error is None else type(error).__name__,
            components=None if components is None else [as_of(component, now) for component in components],
            backlog=_try("backlog", lambda: sources.alarm.backlog(now)),
            free_bytes=_try("disk", sources.disk.free_bytes),
            telemetry_ok=None if sources.telemetry is None else sources.telemetry.health().ok,
        )

    def say_stopping(self) -> None:
        """Report that this process ends on purpose, where that still can be said."""
        now = self._sources.clock.now()
        _try("farewell", lambda: self._sources.store.report(self._component, ComponentState.DOWN, "stopped", {}, now))


def _try(what: str, look: Callable[[], T]) -> T | None:
    """What `look` finds, or None: one thing that cannot be found out must not hide the others."""
    try:
        return look()
    except Exception as error:
        log.warning("look_failed", what=what, error=type(error).__name__)
        return None
