"""The latest values of many devices in one call: some, those of some homes, or all."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from backend.domain.access.sight import WHOLE, Sight
from backend.services.telemetry.homes import Homes, Place
from backend.services.telemetry.ports import DeviceReading, TelemetryStore


@dataclass(frozen=True, slots=True)
class PlaceNow:
    """A device where it stands, with its latest readings, by metric; none: it has measured nothing."""

    place: Place
    readings: Sequence[DeviceReading]


@dataclass(frozen=True, slots=True)
class ReadLatest:
    """The use case behind `GET /api/v1/telemetry/latest`; raises `TelemetryAway`."""

    store: TelemetryStore
    homes: Homes

    def __call__(
        self,
        home_ids: Collection[str] | None = None,
        device_ids: Collection[str] | None = None,
        sight: Sight = WHOLE,
    ) -> list[PlaceNow]:
        """By device; neither given: all devices that there are."""
        places = self.homes.places(home_ids, device_ids, sight)
        latest = self.store.latest_many([place.device_id for place in places])
        return [PlaceNow(place, latest.get(place.device_id, ())) for place in places]
