"""Where a device is, for the alert that it raises."""

from __future__ import annotations

from backend.domain.alert.raising import Place
from backend.services.alarm.ports import KnownDevice


def place_of(device: KnownDevice | None) -> Place:
    """Not known where nobody has enrolled it for a home."""
    if device is None or device.home_id is None:
        return Place(known=False, room=device.room if device else None)
    return Place(known=True, home_id=device.home_id, room=device.room, organisation_id=device.organisation_id)
