"""Which organisation is asked to do the work: the nearest that is open, else the one that opens first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from math import asin, cos, radians, sin, sqrt
from typing import Any, Final
from zoneinfo import ZoneInfo

from backend.domain.organisation.hours import Hours, is_open, next_change

EARTH_KM: Final = 6371.0


class ChoiceReason(StrEnum):
    """Why this one."""

    NEAREST_OPEN = "nearest_open"
    UP_THE_TREE = "up_the_tree"
    OPENS_FIRST = "opens_first"
    RESPONSIBLE_CENTRE = "responsible_centre"
    """Nobody offers this kind of work, so the centre that takes care of the home sees to it."""
    NAMED = "named"
    """Somebody has chosen it."""


@dataclass(frozen=True, slots=True)
class Position:
    """WGS-84, in degrees."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Provider:
    """An organisation that is at work.

    `steps_up`: how far up the tree from the home's centre one has to go to meet it: 0 the centre, 1 its parent or a
    sibling. `provides`: whether it offers the kind of work that is asked for.
    """

    id: str
    name: str
    hours: Hours | None
    steps_up: int
    provides: bool = True
    position: Position | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """The organisation, and why. `opens_at`: it is closed now and opens then. `distance_km`: where it is known."""

    provider_id: str
    provider_name: str
    reason: ChoiceReason
    opens_at: datetime | None = None
    distance_km: float | None = None

    def detail(self) -> dict[str, Any]:
        """For a timeline."""
        told: dict[str, Any] = {"provider": self.provider_name, "provider_id": self.provider_id}
        if self.opens_at is not None:
            told["opens_at"] = self.opens_at.isoformat()
        if self.distance_km is not None:
            told["distance_km"] = round(self.distance_km, 1)
        return told


def choose(
    home: Position | None, organisations: Sequence[Provider], centre_chain: Sequence[str], now: datetime, zone: ZoneInfo
) -> Choice | None:
    """Who is asked. `centre_chain`: the home's centre and those above it. None only where there is no organisation."""
    offering = sorted((one for one in organisations if one.provides), key=lambda one: _nearness(home, one))
    for one in offering:
        if is_open(one.hours, now, zone):
            distance = _distance(home, one)
            reason = ChoiceReason.UP_THE_TREE if distance is None else ChoiceReason.NEAREST_OPEN
            return Choice(one.id, one.name, reason, distance_km=distance)
    opening = [(at, one) for one in offering if (at := next_change(one.hours, now, zone)) is not None]
    if opening:
        # min keeps the first of equals, and they stand in the order of nearness.
        opens_at, first = min(opening, key=lambda pair: pair[0])
        return Choice(first.id, first.name, ChoiceReason.OPENS_FIRST, opens_at, _distance(home, first))
    return _responsible(organisations, centre_chain, now, zone)


def _responsible(
    organisations: Sequence[Provider], centre_chain: Sequence[str], now: datetime, zone: ZoneInfo
) -> Choice | None:
    """The home's centre, at its next opening if it is closed; one that never opens is passed over, up the tree."""
    known = {one.id: one for one in organisations}
    for one in (known[id_] for id_ in centre_chain if id_ in known):
        if is_open(one.hours, now, zone):
            return Choice(one.id, one.name, ChoiceReason.RESPONSIBLE_CENTRE)
        opens_at = next_change(one.hours, now, zone)
        if opens_at is not None:
            return Choice(one.id, one.name, ChoiceReason.RESPONSIBLE_CENTRE, opens_at)
    return None


def _nearness(home: Position | None, one: Provider) -> tuple[bool, float, int, str]:
    distance = _distance(home, one)
    return distance is None, distance or 0.0, one.steps_up, one.id


def _distance(home: Position | None, one: Provider) -> float | None:
    return kilometres(home, one.position) if home is not None and one.position is not None else None


def kilometres(one: Position, other: Position) -> float:
    """As the crow flies, by the haversine formula."""
    lat1, lat2 = radians(one.latitude), radians(other.latitude)
    half_lat, half_lon = (lat2 - lat1) / 2, radians(other.longitude - one.longitude) / 2
    root = sin(half_lat) ** 2 + cos(lat1) * cos(lat2) * sin(half_lon) ** 2
    return 2 * EARTH_KM * asin(min(1.0, sqrt(root)))
