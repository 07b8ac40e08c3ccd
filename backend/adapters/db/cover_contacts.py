"""Which contacts of a home are told, and in which order."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from backend.adapters.db.people_reading import verified_points
from backend.adapters.db.registry import contacts
from backend.adapters.db.roster_reading import hours_or_always
from backend.domain.escalation.targets import (
    Channel,
    ContactRole,
    DutyRole,
    Nobody,
    Reach,
    Recipient,
    RecipientKind,
    Target,
)
from backend.domain.organisation.hours import is_open

_GOES: Final = frozenset({ContactRole.KEY_HOLDER, ContactRole.DECISION_MAKER})
"""Their acceptance is that somebody goes; whoever is only informed accepts nothing."""


def contacts_of(
    db: Connection,
    target: Target,
    home_id: str | None,
    at: datetime,
    zone: ZoneInfo,
    usable: Collection[Channel] | None = None,
) -> Reach:
    """In their order; those outside their hours last, never left out: the severity is not known here, and an emergency
    asks at any hour. `NEVER` is never told, whatever the target names."""
    wanted = set(target.contact_roles or ContactRole) - {ContactRole.NEVER}
    query = select(contacts).where(contacts.c.home_id == home_id, contacts.c.role.in_([role.value for role in wanted]))
    rows = db.execute(query.order_by(contacts.c.position, contacts.c.id)).all()
    if not rows:
        return Reach(target, nobody=Nobody.NO_CONTACTS)
    points = verified_points(db, RecipientKind.CONTACT, [row.id for row in rows], target.channels, usable)
    reached = [row for row in rows if row.id in points]
    reached.sort(key=lambda row: not is_open(hours_or_always(row.id, row.hours), at, zone))
    recipients = tuple(
        Recipient(
            RecipientKind.CONTACT,
            row.id,
            row.name,
            DutyRole.RESPONDER if ContactRole(row.role) in _GOES else None,
            points[row.id],
            minutes_away=row.minutes_away,
        )
        for row in reached[: target.most]
    )
    left_out = tuple((row.name, Nobody.NO_VERIFIED_CHANNEL) for row in rows if row.id not in points)
    return Reach(target, recipients, None if recipients else Nobody.NO_VERIFIED_CHANNEL, (), left_out)
