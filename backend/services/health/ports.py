"""What health needs of the world: reported components, the alarm's backlog, ticks, free disk, the telemetry store."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class ComponentState(StrEnum):
    """How a component fares. `silent` is never reported: it is what becomes of one that reports no more."""

    UP = "up"
    DEGRADED = "degraded"
    DOWN = "down"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Component:
    """What a component said last. `since`: when its state began; `figures`: numbers by name, units in the name."""

    component: str
    state: ComponentState
    since: datetime
    detail: str
    figures: Mapping[str, float]
    reported_at: datetime


class HealthStore(Protocol):
    """The reports, one row per component. Each call is a transaction of its own."""

    def report(
        self, component: str, state: ComponentState, detail: str, figures: Mapping[str, float], at: datetime
    ) -> None:
        """Keeps the report; `since` moves only where the state changes."""
        ...

    def components(self) -> list[Component]:
        """By name, as they were reported: nobody is `silent` here."""
        ...

    def forget(self, before: datetime) -> None:
        """Leave out components that reported last before this moment: they were taken away on purpose."""
        ...


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits. Ages in seconds, 0 where nothing waits.

    `timer_lag_seconds`: how long the oldest deadline is past; `outbox_age_seconds`: how long the oldest command is due;
    `open_alerts`: how many by severity; `oldest_waiting_seconds`: of an alert that nobody has accepted.
    """

    timer_lag_seconds: float = 0.0
    outbox_age_seconds: float = 0.0
    open_alerts: Mapping[str, int] = field(default_factory=dict)
    waiting_alerts: int = 0
    oldest_waiting_seconds: float = 0.0


class AlarmBacklog(Protocol):
    """Looks at deadlines, outbox and queue."""

    def backlog(self, now: datetime) -> Backlog: ...


class FreeSpace(Protocol):
    """The disk on which the database and the telemetry stand."""

    def free_bytes(self) -> int:
        """The least of all. Raises OSError."""
        ...


@dataclass(frozen=True, slots=True)
class TickState:
    """How a tick fares. `lag_seconds`: how much later than due it is; `error`: of its last run, None where none."""

    name: str
    lag_seconds: float
    stuck: bool
    runs: int
    failures: int
    error: str | None


Ticks = Callable[[], Sequence[TickState]]


class Clock(Protocol):
    """The wall clock, and seconds of one that only runs forward."""

    def now(self) -> datetime: ...

    def monotonic(self) -> float: ...
