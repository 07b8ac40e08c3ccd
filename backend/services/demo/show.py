"""What is there of the demo district, counted and held against what was asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from backend.domain.demo.census import Line
from backend.domain.demo.measure import measure
from backend.services.demo.ports import DemoLoad, DemoStore, Statuses


@dataclass(frozen=True, slots=True)
class Shown:
    """Which one it is, and its figures."""

    load: DemoLoad
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True)
class ShowDemo:
    """The use case; reads only."""

    store: DemoStore
    statuses: Statuses

    def __call__(self) -> Shown | None:
        """None where there is none."""
        load = self.store.load()
        if load is None:
            return None
        census = self.store.census()
        devices = [row["id"] for row in census.rows["devices"]]
        return Shown(load, measure(census.hears(self.statuses.said(devices)), load.homes))
