"""How contact points and languages of due notices are read: one that cannot be read stops nothing but itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import time
from typing import Any

import structlog
from sqlalchemy import Connection, RowMapping, select

from backend.adapters.db.known import UNREADABLE
from backend.adapters.db.people import contact_points, people
from backend.domain.delivery.gate import Point
from backend.domain.delivery.model import Cause
from backend.domain.escalation.targets import Channel, RecipientKind

log = structlog.get_logger()


def points_of(connection: Connection, rows: Sequence[RowMapping]) -> dict[str, Point | Cause]:
    """Those that may be tried now, by id; a cause instead where one cannot be used at all."""
    wanted = {row["contact_points"][row["position"]] for row in rows if row["position"] < len(row["contact_points"])}
    # A worker that died on the one before may have used it up, so the next one may be asked for as well.
    wanted |= {point for row in rows for point in row["contact_points"][row["position"] + 1 : row["position"] + 2]}
    found = connection.execute(select(contact_points).where(contact_points.c.id.in_(wanted))).mappings()
    return {row["id"]: _read(row) for row in found}


def _read(row: RowMapping) -> Point | Cause:
    try:
        return to_point(row)
    except UNREADABLE as error:
        log.error("contact_point_unreadable", contact_point=row["id"], error=type(error).__name__)
        return Cause.UNREADABLE


def to_point(row: RowMapping) -> Point:
    """The contact point of a row. Raises what `UNREADABLE` names."""
    return Point(
        id=row["id"],
        channel=Channel(row["channel"]),
        address=row["address"],
        verified=row["verified_at"] is not None,
        disabled=row["disabled_at"] is not None,
        quiet=_quiet(row),
    )


def _quiet(row: RowMapping) -> tuple[time, time] | None:
    """None where they are no times of day: better told at night than not at all."""
    if not row["quiet_from"] or not row["quiet_until"]:
        return None
    try:
        return time.fromisoformat(row["quiet_from"]), time.fromisoformat(row["quiet_until"])
    except UNREADABLE:
        log.warning("quiet_hours_unreadable", contact_point=row["id"])
        return None


def locales_of(connection: Connection, rows: Sequence[RowMapping]) -> dict[str, str]:
    """Which language people have chosen, by id."""
    wanted = {row["recipient_id"] for row in rows if row["recipient_kind"] == str(RecipientKind.PERSON)}
    if not wanted:
        return {}
    found: Iterator[Any] = iter(connection.execute(select(people.c.id, people.c.locale).where(people.c.id.in_(wanted))))
    return {row.id: row.locale for row in found}
