"""What the telemetry use cases need to know of homes: which devices stand in them, and who lives there."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from backend.domain.access.sight import WHOLE, Sight


@dataclass(frozen=True, slots=True)
class Place:
    """Where a device stands; a lobby device has no home."""

    device_id: str
    kind: str
    room: str | None = None
    home_id: str | None = None
    home_label: str | None = None


@dataclass(frozen=True, slots=True)
class Household:
    """A resident, those who share the home, and the devices there: readings are of the home, not of one of them."""

    resident_id: str
    home_id: str
    others: tuple[str, ...]
    places: tuple[Place, ...]


class Homes(Protocol):
    """The registry, as the telemetry use cases see it."""

    def household(self, resident_id: str) -> Household | None: ...

    def places(
        self,
        home_ids: Collection[str] | None = None,
        device_ids: Collection[str] | None = None,
        sight: Sight = WHOLE,
    ) -> Sequence[Place]:
        """The devices of these homes, or these devices, or all, by id.

        Those that there are not, or that are not seen, are left out.
        """
        ...
