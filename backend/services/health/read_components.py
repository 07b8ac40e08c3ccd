"""How every component fares now; one that has not reported for a while is silent, which the desk shows as down."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from backend.services.health.ports import Clock, Component, ComponentState, HealthStore
from contract.times import format_time

SILENT_AFTER: Final = timedelta(seconds=15)
"""Three reports of 5 s missed (docs/architecture.md)."""


def as_of(component: Component, now: datetime) -> Component:
    """The component as it counts at `now`."""
    silent_at = component.reported_at + SILENT_AFTER
    if now <= silent_at:
        return component
    return replace(component, state=ComponentState.SILENT, since=silent_at)


def as_json(component: Component) -> dict[str, Any]:
    """What the desk gets, by call and by stream."""
    return {
        "component": component.component,
        "state": str(component.state),
        "since": format_time(component.since),
        "detail": component.detail,
        "figures": dict(component.figures),
    }


@dataclass(frozen=True, slots=True)
class ReadComponents:
    """The use case of `GET /api/v1/health`."""

    store: HealthStore
    clock: Clock

    def __call__(self) -> list[Component]:
        """Every component as it counts now, by name."""
        now = self.clock.now()
        return [as_of(component, now) for component in self.store.components()]
