"""A component says how it fares."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from backend.services.health.ports import Clock, ComponentState, HealthStore

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}", re.ASCII)
DETAIL_CHARACTERS: Final = 200
MOST_FIGURES: Final = 64
REPORTED: Final = (ComponentState.UP, ComponentState.DEGRADED, ComponentState.DOWN)


class ReportReason(StrEnum):
    """What became of a report."""

    KEPT = "kept"
    BAD_COMPONENT = "bad_component"
    BAD_STATE = "bad_state"


@dataclass(frozen=True, slots=True)
class ReportHealth:
    """The use case of `POST /ingest/v1/health`."""

    store: HealthStore
    clock: Clock

    def __call__(self, component: str, state: str, detail: str, figures: Mapping[str, float]) -> ReportReason:
        """Keeps the report where component and state are as they should be; figures that are no number are dropped."""
        if _NAME.fullmatch(component) is None:
            return ReportReason.BAD_COMPONENT
        if state not in REPORTED:
            return ReportReason.BAD_STATE
        usable = {name: value for name, value in figures.items() if _NAME.fullmatch(name) and math.isfinite(value)}
        bounded = dict(sorted(usable.items())[:MOST_FIGURES])
        text = detail.replace("\x00", "")[:DETAIL_CHARACTERS]
        self.store.report(component, ComponentState(state), text, bounded, self.clock.now())
        return ReportReason.KEPT
