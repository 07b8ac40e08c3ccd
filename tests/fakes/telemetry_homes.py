"""Homes and the record of erasures in memory."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from backend.domain.access.sight import WHOLE, Sight
from backend.services.telemetry.erasures import Erasure
from backend.services.telemetry.homes import Household, Place


class MemoryHomes:
    """Residents by home, and places."""

    def __init__(self, residents: Mapping[str, str], places: Sequence[Place]) -> None:
        self.residents = dict(residents)
        self.known = list(places)

    def household(self, resident_id: str) -> Household | None:
        home_id = self.residents.get(resident_id)
        if home_id is None:
            return None
        others = tuple(sorted(r for r, home in self.residents.items() if home == home_id and r != resident_id))
        return Household(resident_id, home_id, others, tuple(self.places([home_id])))

    def places(
        self,
        home_ids: Collection[str] | None = None,
        device_ids: Collection[str] | None = None,
        sight: Sight = WHOLE,
    ) -> Sequence[Place]:
        if home_ids is not None:
            return [place for place in self.known if place.home_id in home_ids]
        return [place for place in self.known if device_ids is None or place.device_id in device_ids]


class MemoryErasures:
    """Erasures by request and device, in the order of asking."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, str], Erasure] = {}

    def begin(self, erasures: Sequence[Erasure]) -> list[Erasure]:
        known = [row for row in self.rows.values() if row.request_id in {one.request_id for one in erasures}]
        if not known:
            self.rows.update({(one.request_id, one.device_id): one for one in erasures})
        return known or list(erasures)

    def done(self, erasure: Erasure, deleted: int, due_at: datetime | None) -> None:
        key = (erasure.request_id, erasure.device_id)
        self.rows[key] = replace(self.rows[key], deleted=(self.rows[key].deleted or 0) + deleted, due_at=due_at)

    def due(self, now: datetime, limit: int) -> list[Erasure]:
        found = [(row.due_at, row) for row in self.rows.values() if row.due_at is not None and row.due_at <= now]
        return [row for _, row in sorted(found, key=lambda pair: pair[0])][:limit]

    def fences(self, device_ids: Collection[str]) -> Mapping[str, datetime]:
        found: dict[str, datetime] = {}
        for row in self.rows.values():
            if row.device_id in device_ids:
                found[row.device_id] = max(row.until, found.get(row.device_id, row.until))
        return found
