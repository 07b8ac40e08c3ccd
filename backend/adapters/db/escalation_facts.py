"""What a message about an alert is made of. Never a door code: how to get in is shown to who has accepted."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select

from backend.adapters.db.organisation import organisations
from backend.adapters.db.registry import homes, residents
from backend.domain.alert.model import Alert
from contract.times import format_time
from contract.vocabulary import SEVERITY_LABELS, event_type


def facts_of(connection: Connection, alert: Alert) -> dict[str, Any]:
    """JSON values: what it is in both languages, when, who lives there, where, whose desk to ring back."""
    kind, severity = event_type(alert.type), SEVERITY_LABELS[alert.severity]
    home = connection.execute(select(homes).where(homes.c.id == (alert.home_id or ""))).mappings().one_or_none()
    people = connection.scalars(select(residents.c.name).where(residents.c.home_id == (alert.home_id or ""))).all()
    centre = connection.execute(
        select(organisations.c.name, organisations.c.phone).where(
            organisations.c.id == (alert.organisation_id or "district")
        )
    ).one_or_none()
    return {
        "alert_id": alert.id,
        "type": alert.type,
        "what": {"zh-CN": kind.label.zh, "en": kind.label.en},
        "severity": {"zh-CN": severity.zh, "en": severity.en},
        "pressed_at": format_time(alert.pressed_at),
        "count": alert.count,
        "device_id": alert.device_id,
        "room": alert.room,
        "residents": list(people),
        "home": home["label"] if home else None,
        "address": home["address"] if home else None,
        "landmark": home["landmark"] if home else None,
        "hazards": list(home["hazards"] or ()) if home else [],
        "centre": centre.name if centre else None,
        "desk_phone": centre.phone if centre else None,
    }
