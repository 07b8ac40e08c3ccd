"""Whether what a request names is there and seen: one query for each kind of thing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Column, ColumnElement, Engine, and_, case, or_, select

from backend.adapters.db import access
from backend.adapters.db.alarm import alerts
from backend.adapters.db.answering import key_uses
from backend.adapters.db.calls import calls, incoming
from backend.adapters.db.engine import reading
from backend.adapters.db.identity import staff
from backend.adapters.db.notices import notices
from backend.adapters.db.organisation import organisations, villages
from backend.adapters.db.people import contact_points, people
from backend.adapters.db.registry import contacts, devices, homes, residents
from backend.adapters.db.roster import feeds, rosters
from backend.adapters.db.script import marks
from backend.adapters.db.work_order import work_orders
from backend.domain.access.sight import Sight
from backend.domain.access.subjects import Kind

Way = tuple[Column[Any], Callable[[Sight], ColumnElement[bool]]]


def _feed(sight: Sight) -> ColumnElement[bool]:
    return or_(
        and_(feeds.c.subject_kind == "roster", access.of_roster_seen(feeds.c.subject_id, sight)),
        and_(feeds.c.subject_kind == "person", access.of_person_seen(feeds.c.subject_id, sight)),
    )


def _incoming(sight: Sight) -> ColumnElement[bool]:
    return access.organisation_seen(incoming.c.organisation_id, sight)


_WAYS: Final[Mapping[Kind, Way]] = {
    Kind.CALL: (calls.c.id, lambda sight: access.of_alert_seen(calls.c.alert_id, sight)),
    Kind.CONTACT: (contacts.c.id, lambda sight: access.at_home_seen(contacts.c.home_id, sight)),
    Kind.CONTACT_POINT: (contact_points.c.id, access.point_seen),
    Kind.DEVICE: (devices.c.id, access.device_seen),
    Kind.FEED: (feeds.c.id, _feed),
    Kind.HOME: (homes.c.id, access.home_seen),
    Kind.INCOMING: (incoming.c.id, _incoming),
    Kind.KEY_USE: (key_uses.c.id, lambda sight: access.of_alert_seen(key_uses.c.alert_id, sight)),
    Kind.NOTICE: (notices.c.id, access.notice_seen),
    Kind.ORGANISATION: (organisations.c.id, lambda sight: access.organisation_seen(organisations.c.id, sight)),
    Kind.PERSON: (people.c.id, lambda sight: access.organisation_seen(people.c.organisation_id, sight)),
    Kind.RESIDENT: (residents.c.id, access.resident_seen),
    Kind.ROSTER: (rosters.c.id, lambda sight: access.organisation_seen(rosters.c.organisation_id, sight)),
    Kind.SCRIPT_MARK: (marks.c.id, lambda sight: access.of_alert_seen(marks.c.alert_id, sight)),
    Kind.STAFF: (staff.c.id, lambda sight: access.organisation_seen(staff.c.organisation_id, sight)),
    Kind.VILLAGE: (villages.c.id, access.village_seen),
    Kind.WORK_ORDER: (work_orders.c.id, access.order_seen),
}
_NUMBERED: Final = frozenset({Kind.INCOMING, Kind.SCRIPT_MARK})
"""Their ids are numbers."""


@dataclass(frozen=True, slots=True)
class SubjectSqlReader:
    """`SubjectReader` on an engine."""

    engine: Engine

    def hidden(self, kind: Kind, ids: Collection[str], sight: Sight) -> frozenset[str]:
        with reading(self.engine) as connection:
            if kind is Kind.ASSIGNEE:
                found = connection.scalars(_assignees(ids, sight))
            else:
                column, seen = _WAYS[kind]
                wanted: Collection[Any] = _numbers(ids) if kind in _NUMBERED else ids
                found = connection.scalars(select(column).where(column.in_(wanted), seen(sight)))
            return frozenset(ids) - {str(each) for each in found}

    def absent(self, kind: Kind, ids: Collection[str]) -> frozenset[str]:
        column, _ = _WAYS[kind]
        with reading(self.engine) as connection:
            return frozenset(ids) - set(connection.scalars(select(column).where(column.in_(ids))))

    def alerts(self, ids: Collection[str], sight: Sight) -> Mapping[str, bool]:
        # Not a bare condition: PostgreSQL takes none that is a constant for a column.
        own = case((access.alert_own(sight), 1), else_=0)
        query = select(alerts.c.id, own.label("own")).where(alerts.c.id.in_(ids), access.alert_seen(sight))
        with reading(self.engine) as connection:
            return {row.id: bool(row.own) for row in connection.execute(query)}


def _assignees(ids: Collection[str], sight: Sight) -> Any:
    rostered = select(people.c.id).where(
        people.c.id.in_(ids), access.organisation_seen(people.c.organisation_id, sight)
    )
    employed = select(staff.c.id).where(staff.c.id.in_(ids), access.organisation_seen(staff.c.organisation_id, sight))
    return rostered.union(employed)


def _numbers(ids: Collection[str]) -> list[int]:
    """Those that can be ids at all: more digits than a database's number has are nobody's."""
    return [int(each) for each in ids if each.isascii() and each.isdigit() and len(each) <= 18]
