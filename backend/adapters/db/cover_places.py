"""Where a home is, where a responder is, and on which island: as far as the registry knows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, time
from functools import cached_property
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from backend.adapters.db.organisation import catchments, organisations, villages
from backend.adapters.db.people_reading import PersonRow
from backend.adapters.db.registry import homes
from backend.domain.organisation.hours import DAY_MINUTES, HoursRefused, clock_minutes
from backend.domain.roster.distance import Place, cut_off, distance_km

_NEAR_KM: Final = 3.0
"""A village so near is on the same island: straits here are wider."""
_NEAR_DEGREES: Final = 0.03
"""Of latitude: a little more than 3 km."""


def home_place(db: Connection, home_id: str | None, at: datetime, zone: ZoneInfo) -> tuple[Place, bool]:
    """Where a home is (its own point, else its village's), and whether no ferry goes there at `at`."""
    query = (
        select(
            homes.c.latitude,
            homes.c.longitude,
            villages.c.latitude.label("village_latitude"),
            villages.c.longitude.label("village_longitude"),
            villages.c.island,
            villages.c.outer_island,
            villages.c.last_ferry,
        )
        .join(villages, villages.c.id == homes.c.village_id, isouter=True)
        .where(homes.c.id == home_id)
    )
    row = db.execute(query).first()
    if row is None:
        return Place(), False
    known = row.latitude is not None and row.longitude is not None
    point = (row.latitude, row.longitude) if known else (row.village_latitude, row.village_longitude)
    no_ferry = cut_off(bool(row.outer_island), _clock(row.last_ferry), at.astimezone(zone).time())
    return Place(*point, row.island), no_ferry


class Islands:
    """Where people are: at their own point, else at their organisation's. `wanted` False: no island is looked up."""

    def __init__(self, db: Connection, wanted: bool) -> None:
        self._db = db
        self._wanted = wanted

    def place_of(self, person: PersonRow) -> Place:
        """The island is that of the nearest village, else of the villages that their organisation serves."""
        own = person.place
        known = own.latitude is not None and own.longitude is not None
        point = own if known else self._seats.get(person.organisation_id, Place())
        island = self._island(point, person.organisation_id) if self._wanted else None
        return Place(point.latitude, point.longitude, island)

    def _island(self, point: Place, organisation_id: str) -> str | None:
        near = [(distance_km(point, village), village.island) for village in self._villages if _beside(point, village)]
        reached = [(distance, island) for distance, island in near if distance is not None and distance <= _NEAR_KM]
        if reached:
            return min(reached, key=lambda pair: pair[0])[1]
        served = self._served.get(organisation_id, set())
        return next(iter(served)) if len(served) == 1 else None

    @cached_property
    def _seats(self) -> Mapping[str, Place]:
        query = select(organisations.c.id, organisations.c.latitude, organisations.c.longitude)
        return {row.id: Place(row.latitude, row.longitude) for row in self._db.execute(query)}

    @cached_property
    def _villages(self) -> Sequence[Place]:
        query = select(villages.c.latitude, villages.c.longitude, villages.c.island)
        return [Place(row.latitude, row.longitude, row.island) for row in self._db.execute(query)]

    @cached_property
    def _served(self) -> Mapping[str, set[str | None]]:
        query = select(catchments.c.organisation_id, villages.c.island).join(villages)
        found: dict[str, set[str | None]] = {}
        for row in self._db.execute(query):
            found.setdefault(row.organisation_id, set()).add(row.island)
        return found


def _beside(first: Place, second: Place) -> bool:
    """Whether they can be near at all: one comparison instead of a great circle, for a whole district's people."""
    return (
        first.latitude is not None
        and second.latitude is not None
        and abs(first.latitude - second.latitude) <= _NEAR_DEGREES
    )


def _clock(text: str | None) -> time | None:
    """A time of day as it is stored; what cannot be read is not known."""
    try:
        minutes = clock_minutes(text or "")
    except HoursRefused:
        return None
    return time(minutes // 60, minutes % 60) if minutes < DAY_MINUTES else None
