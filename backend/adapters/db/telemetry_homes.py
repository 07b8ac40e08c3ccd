"""Where devices stand and who lives there, as telemetry asks for it: by resident, by home, by device, or all."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from sqlalchemy import Connection, Engine, select

from backend.adapters.db.access import device_seen
from backend.adapters.db.engine import reading
from backend.adapters.db.registry import devices, homes, residents
from backend.domain.access.sight import WHOLE, Sight
from backend.services.telemetry.homes import Household, Place

IDS_AT_ONCE = 500

_PLACES = (
    select(devices.c.id, devices.c.kind, devices.c.room, devices.c.home_id, homes.c.label)
    .join(homes, isouter=True)
    .order_by(devices.c.id)
)


class TelemetryHomes:
    """`Homes` on the registry's tables."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def household(self, resident_id: str) -> Household | None:
        """The resident's home; revoked devices belong to it too, for what they have measured."""
        with reading(self._engine) as connection:
            home_id = connection.scalar(select(residents.c.home_id).where(residents.c.id == resident_id))
            if home_id is None:
                return None
            of_home = select(residents.c.id).where(residents.c.home_id == home_id).order_by(residents.c.id)
            people = connection.scalars(of_home).all()
            places = tuple(_select(connection, [home_id], None))
        return Household(resident_id, home_id, tuple(other for other in people if other != resident_id), places)

    def places(
        self,
        home_ids: Collection[str] | None = None,
        device_ids: Collection[str] | None = None,
        sight: Sight = WHOLE,
    ) -> Sequence[Place]:
        """By device id."""
        with reading(self._engine) as connection:
            return sorted(_select(connection, home_ids, device_ids, sight), key=lambda place: place.device_id)


def _select(
    connection: Connection,
    home_ids: Collection[str] | None,
    device_ids: Collection[str] | None,
    sight: Sight = WHOLE,
) -> Iterator[Place]:
    column, ids = (devices.c.home_id, home_ids) if home_ids is not None else (devices.c.id, device_ids)
    if ids is None:
        queries = [_PLACES.where(device_seen(sight))]
    else:
        ordered = sorted(ids)
        starts = range(0, len(ordered), IDS_AT_ONCE)
        queries = [
            _PLACES.where(column.in_(ordered[start : start + IDS_AT_ONCE]), device_seen(sight)) for start in starts
        ]
    for query in queries:
        for device_id, kind, room, home_id, label in connection.execute(query):
            yield Place(device_id, kind, room, home_id, label)
