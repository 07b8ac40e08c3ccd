"""Which devices a telemetry file holds readings of; the registry may have forgotten some of them."""

from __future__ import annotations

from backend.adapters.telemetry.database import TelemetryDatabase


def known_devices(database: TelemetryDatabase) -> list[str]:
    """Ids in order. Raises `TelemetryAway`."""
    with database.reading() as connection:
        return [row[0] for row in connection.execute("SELECT DISTINCT device_id FROM series ORDER BY device_id")]
