"""Who could go to an alert now: responders on duty, the nearest first, each with distance and minutes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Final, Protocol

from backend.domain.escalation.targets import Level, Nobody, Recipient, Target, TargetKind
from backend.domain.roster.distance import Place, distance_km
from backend.services.alarm.ports import Clock
from backend.services.answering.views import AssignmentView, ResponderView
from backend.services.escalation.ports import Cover, Scene

MOST: Final = 20
LEVELS: Final = (Level.CENTRE, Level.SIBLINGS, Level.PARENT, Level.DISTRICT)

Position = tuple[float, float]


class Places(Protocol):
    """Where things are."""

    def place_of(self, alert_id: str) -> tuple[str | None, str | None] | None:
        """(home, organisation) of an alert; None: no such alert."""
        ...

    def home_position(self, home_id: str | None) -> Position | None: ...
    def positions(self, ids: Sequence[str]) -> Mapping[str, Position]: ...
    def assignments(self, alert_id: str) -> Sequence[AssignmentView]: ...


class Covers(Protocol):
    """Opens a reading of who can be reached."""

    def begin(self) -> AbstractContextManager[Cover]: ...


@dataclass(frozen=True, slots=True)
class FindResponders:
    """The use case."""

    places: Places
    covers: Covers
    clock: Clock

    def __call__(self, alert_id: str) -> tuple[list[ResponderView], str | None] | None:
        """The responders, and why there are none; None where there is no such alert."""
        place = self.places.place_of(alert_id)
        if place is None:
            return None
        found, nobody = self._reached(Scene(alert_id, *place))
        home = self.places.home_position(place[0])
        where = self.places.positions([one.id for one in found])
        states = {one.recipient_id: one.state for one in self.places.assignments(alert_id)}
        lines = [
            ResponderView(
                kind=str(one.kind),
                id=one.id,
                name=one.name,
                organisation_id=one.organisation_id,
                minutes_away=one.minutes_away,
                distance_km=_km(home, where.get(one.id)),
                state=states.get(one.id),
            )
            for one in found
        ]
        return sorted(lines, key=_nearest), str(nobody) if nobody is not None and not lines else None

    def _reached(self, scene: Scene) -> tuple[list[Recipient], Nobody | None]:
        """From the centre upwards, each person once."""
        found: dict[str, Recipient] = {}
        nobody: Nobody | None = None
        with self.covers.begin() as cover:
            for level in LEVELS:
                reach = cover.reach(Target(TargetKind.RESPONDERS, level, most=MOST), scene, self.clock.now())
                nobody = nobody or reach.nobody
                found = {**{one.id: one for one in reach.recipients}, **found}
        return list(found.values()), nobody


def _nearest(line: ResponderView) -> tuple[float, float, str]:
    far = float("inf")
    minutes = float(line.minutes_away) if line.minutes_away is not None else far
    return minutes, line.distance_km if line.distance_km is not None else far, line.name


def _km(one: Position | None, other: Position | None) -> float | None:
    if one is None or other is None:
        return None
    km = distance_km(Place(*one), Place(*other))
    return round(km, 1) if km is not None else None
