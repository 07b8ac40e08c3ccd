"""What is written down when the person is handed over to 120, and what an alert still waits for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

AMBULANCE: Final = "ambulance"
"""The outcome that is not known to have ended well until somebody knows which hospital."""
FOLLOW_UPS: Final[Mapping[str, timedelta]] = {"after_24_h": timedelta(hours=24), "after_72_h": timedelta(hours=72)}
"""How is the person, and is somebody with them? (issue 3, item 6)"""


class Vehicle(StrEnum):
    """What comes. On an outer island after the last ferry it is a boat."""

    AMBULANCE = "ambulance"
    BOAT = "boat"


@dataclass(frozen=True, slots=True)
class HandOver:
    """The record of one alert; None where nobody knows yet.

    `called_at`: when 120 was called. `reference`: 120's number of the case. `call_back`: the line on which 120 calls
    back. `vehicle_at`: when it comes. `met_by`: who meets the crew at the gate. `hospital`: the destination.
    `condition`: what the crew was told of the person and the way.
    """

    called_at: datetime
    reference: str | None = None
    call_back: str | None = None
    vehicle: Vehicle | None = None
    vehicle_at: datetime | None = None
    met_by: str | None = None
    hospital: str | None = None
    condition: str | None = None


def destination_missing(outcome: str | None, record: HandOver | None) -> bool:
    """Whether closing with `outcome` must wait until somebody knows where the person was taken."""
    return outcome == AMBULANCE and (record is None or not (record.hospital or "").strip())


def changes(before: HandOver | None, after: HandOver) -> dict[str, Any]:
    """What the timeline says of a new record: each field that changed, and what stood there before."""
    detail: dict[str, Any] = {}
    for name in (field.name for field in fields(HandOver)):
        old, new = getattr(before, name) if before else None, getattr(after, name)
        if old == new:
            continue
        detail[name] = _json(new)
        if old is not None:
            detail[f"{name}_before"] = _json(old)
    return detail


def _json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
