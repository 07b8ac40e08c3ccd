"""How far a responder is from a home, how long that takes, and in which order they are asked."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import time
from typing import Final

_EARTH_KM: Final = 6371.0
_WALKED_KM: Final = 1.0
"""Up to here people walk: in a village that is faster than starting anything."""
_WALK_KMH: Final = 4.0
_ROAD_KMH: Final = 20.0
"""As the crow flies on an island road, with its bends, and getting started."""
_FIRST_FERRY: Final = time(6)
"""No ferry goes before. Timetables are not known here; the last one is, per village."""


@dataclass(frozen=True, slots=True)
class Place:
    """A point (WGS-84, degrees), and the island that it is on, where that is known."""

    latitude: float | None = None
    longitude: float | None = None
    island: str | None = None


def distance_km(first: Place, second: Place) -> float | None:
    """Along the great circle; None where one of them is unknown."""
    if first.latitude is None or first.longitude is None or second.latitude is None or second.longitude is None:
        return None
    south, north = math.radians(first.latitude), math.radians(second.latitude)
    half_up = (north - south) / 2
    half_along = math.radians(second.longitude - first.longitude) / 2
    chord = math.sin(half_up) ** 2 + math.cos(south) * math.cos(north) * math.sin(half_along) ** 2
    return 2 * _EARTH_KM * math.asin(min(1.0, math.sqrt(chord)))


def minutes_away(home: Place, responder: Place) -> int | None:
    """An estimate, rounded up: 4 km/h on foot below 1 km, else 20 km/h. None where the place is unknown, or a sea is
    known to lie between: nobody knows how long a crossing takes."""
    distance = distance_km(home, responder)
    if distance is None or other_island(home, responder):
        return None
    speed = _WALK_KMH if distance < _WALKED_KM else _ROAD_KMH
    return math.ceil(distance / speed * 60)


def other_island(home: Place, responder: Place) -> bool:
    """Whether a sea is known to lie between."""
    return home.island is not None and responder.island is not None and home.island != responder.island


def cut_off(outer_island: bool, last_ferry: time | None, local: time) -> bool:
    """Whether no ferry goes to a village at this local time: an outer island after its last ferry, or without any."""
    if not outer_island:
        return False
    return last_ferry is None or local >= last_ferry or local < _FIRST_FERRY


def nearness(home: Place, responder: Place, home_cut_off: bool) -> tuple[int, float]:
    """By which responders are ordered: where no ferry goes those of the same island first; then by distance."""
    distance = distance_km(home, responder)
    same_island = home.island is not None and home.island == responder.island
    return (0 if same_island or not home_cut_off else 1, math.inf if distance is None else distance)
