"""Which devices the telemetry lane believes: the registry as one look per batch."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import Engine, select

from backend.adapters.db.engine import reading
from backend.adapters.db.registry import devices


class DeviceStates:
    """`DeviceRegistry` of the telemetry lane on the registry's table. A batch has at most 500 devices."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def states(self, device_ids: Collection[str]) -> Mapping[str, str]:
        """The state of each device that there is."""
        if not device_ids:
            return {}
        query = select(devices.c.id, devices.c.state).where(devices.c.id.in_(sorted(device_ids)))
        with reading(self._engine) as connection:
            return {row.id: row.state for row in connection.execute(query)}
