"""What is counted of a demo district, and how a figure is held against what was asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Final

from backend.domain.demo.terminals import Said
from contract.vocabulary import Label


@dataclass(frozen=True, slots=True)
class Closed:
    """An alert of the past, as figures need it."""

    outcome: str | None
    received_at: datetime
    accepted_at: datetime | None
    first_voice_at: datetime | None


@dataclass(frozen=True, slots=True)
class Census:
    """Rows by table (columns as they are stored), alerts, and statuses of the devices. `made_at`: as of when."""

    made_at: datetime
    today: date
    days: int
    rows: Mapping[str, Sequence[Mapping[str, Any]]]
    alerts: Sequence[Closed] = ()
    said: Mapping[str, Said] = field(default_factory=dict)

    def hears(self, said: Mapping[str, Said]) -> Census:
        """With these statuses."""
        return replace(self, said=said)


@dataclass(frozen=True, slots=True)
class Line:
    """A figure: what it is, what was asked for (None: only that it lies within a range), what was found.

    `least`, `most`: what counts as asked for. `share`: they are shares of one, else plain numbers.
    """

    label: Label
    target: float | None
    found: float
    least: float
    most: float
    share: bool = True

    @property
    def met(self) -> bool:
        """Whether it came out as asked."""
        return self.least - _EPSILON <= self.found <= self.most + _EPSILON


_EPSILON: Final = 1e-9
