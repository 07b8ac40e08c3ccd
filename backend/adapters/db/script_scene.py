"""What the script sees around an alert, read on the connection of whoever decides about it."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection, RowMapping, exists, select

from backend.adapters.db.alarm import alerts, timeline
from backend.adapters.db.registry import residents
from backend.adapters.db.script import hand_overs, voice_watches
from backend.domain.alert.model import Alert, EntryKind
from backend.domain.script.hand_over import HandOver, Vehicle
from backend.domain.script.model import Silence
from backend.domain.script.situation import Surroundings
from backend.domain.script.voice import Resident
from contract.vocabulary import Handling

_GONE: Final = ("moved", "deceased")
"""Whoever does not live there any more speaks for nobody."""
_THERE: Final = (str(EntryKind.ARRIVED), str(EntryKind.RESPONDER_ARRIVED))


def surroundings(connection: Connection, alert: Alert) -> Surroundings:
    """A fixed number of queries."""
    people = connection.execute(
        select(residents.c.hearing, residents.c.speech, residents.c.risk).where(
            residents.c.home_id == (alert.home_id or ""), residents.c.status.not_in(_GONE)
        )
    ).all()
    watch = select(voice_watches.c.silence).where(voice_watches.c.alert_id == alert.id)
    return Surroundings(
        residents=tuple(Resident(row.hearing, row.speech) for row in people),
        high_risk=any(row.risk == "high" for row in people),
        hand_over=hand_over_of(connection, alert.id),
        silence=Silence(connection.scalar(watch) or Silence.NONE),
        arrived=bool(
            connection.scalar(select(exists().where(timeline.c.alert_id == alert.id, timeline.c.kind.in_(_THERE))))
        ),
        seen_by=_seen_by(connection, alert),
        open_types=_open_types(connection, alert),
    )


def hand_over_of(connection: Connection, alert_id: str) -> HandOver | None:
    """The record of an alert."""
    row = connection.execute(select(hand_overs).where(hand_overs.c.alert_id == alert_id)).mappings().one_or_none()
    return _hand_over(row) if row is not None else None


def hand_over_row(record: HandOver) -> dict[str, Any]:
    """Columns of `hand_overs` that the record fills."""
    return {
        "called_at": record.called_at,
        "reference": record.reference,
        "call_back": record.call_back,
        "vehicle": str(record.vehicle) if record.vehicle else None,
        "vehicle_at": record.vehicle_at,
        "met_by": record.met_by,
        "hospital": record.hospital,
        "condition": record.condition,
    }


def _hand_over(row: RowMapping) -> HandOver:
    return HandOver(
        called_at=row["called_at"],
        reference=row["reference"],
        call_back=row["call_back"],
        vehicle=Vehicle(row["vehicle"]) if row["vehicle"] else None,
        vehicle_at=row["vehicle_at"],
        met_by=row["met_by"],
        hospital=row["hospital"],
        condition=row["condition"],
    )


def _seen_by(connection: Connection, alert: Alert) -> str | None:
    if not alert.ended:
        return None
    closed = select(timeline.c.detail).where(timeline.c.alert_id == alert.id, timeline.c.kind == str(EntryKind.CLOSED))
    detail = connection.scalars(closed).first()
    return detail.get("seen_by") if detail else None


def _open_types(connection: Connection, alert: Alert) -> tuple[str, ...]:
    if alert.home_id is None:
        return ()
    others = select(alerts.c.type).where(
        alerts.c.home_id == alert.home_id, alerts.c.handling != str(Handling.CLOSED), alerts.c.id != alert.id
    )
    return tuple(connection.scalars(others))
