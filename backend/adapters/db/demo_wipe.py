"""What belongs to the demo district in every table, and how it is taken out: a few alerts, homes, centres at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, Final, NamedTuple

from sqlalchemy import Column, ColumnElement, Connection, Table, and_, delete, exists, or_, select, update

import backend.adapters.db
from backend.adapters.db.alarm import alerts
from backend.adapters.db.alarm_store import AlarmSql
from backend.adapters.db.base import metadata
from backend.adapters.db.demo_border import of_demo_device
from backend.adapters.db.notices import notices
from backend.adapters.db.organisation import organisations, villages
from backend.adapters.db.people import contact_points, people
from backend.adapters.db.registry import contacts, devices, homes, residents
from backend.adapters.db.roster import feeds, rosters
from backend.adapters.db.work_order import work_orders

ALERTS_AT_ONCE: Final = 20
HOMES_AT_ONCE: Final = 20
ORGANISATIONS_AT_ONCE: Final = 8
_REFERENCES: Final[Mapping[str, Table]] = {
    "alert_id": alerts,
    "work_order_id": work_orders,
    "notice_id": notices,
    "device_id": devices,
    "home_id": homes,
    "resident_id": residents,
}
"""What a column of this name refers to, with a foreign key or without one."""
_NEVER_TAKEN_BACK: Final = frozenset({"press_statements"})
"""A chain that proves the past. It says nothing of the demo, unless a real device was moved there."""


class Child(NamedTuple):
    """Rows that go with a row of another table: those where `column` is its key, and `when` holds."""

    table: Table
    column: Column[Any]
    when: ColumnElement[bool] | None = None


@cache
def children() -> Mapping[str, Sequence[Child]]:
    """By table, whatever refers to its rows; so that a table that is new is wiped as well.

    Every part's tables are loaded, used in this process or not: what the metadata does not know of would stay.
    """
    for module in iter_modules(backend.adapters.db.__path__):
        if module.name != "migrations":
            import_module(f"backend.adapters.db.{module.name}")
    found: dict[str, list[Child]] = {name: [] for name in metadata.tables}
    for table in metadata.sorted_tables:
        for column in table.c if table.name not in _NEVER_TAKEN_BACK else ():
            parent = _parent(column)
            if parent is not None and parent is not table:
                found[parent.name].append(Child(table, column))
    for kind, owner in (("person", people), ("contact", contacts), ("organisation", organisations)):
        found[owner.name].append(Child(contact_points, contact_points.c.owner_id, contact_points.c.owner_kind == kind))
        # What was said to them about nothing else. About a real alert it is a part of that alert's past.
        alone = and_(notices.c.recipient_kind == kind, notices.c.alert_id.is_(None), notices.c.work_order_id.is_(None))
        found[owner.name].append(Child(notices, notices.c.recipient_id, alone))
    for kind, subject in (("person", people), ("roster", rosters)):
        found[subject.name].append(Child(feeds, feeds.c.subject_id, feeds.c.subject_kind == kind))
    return found


def _parent(column: Column[Any]) -> Table | None:
    keys = list(column.foreign_keys)
    return keys[0].column.table if keys else _REFERENCES.get(column.name)


def take_out(db: Connection, table: Table, where: ColumnElement[bool]) -> None:
    """Delete rows with all that refers to them."""
    below = children()[table.name]
    if below:
        (key,) = table.primary_key.columns
        keys = list(db.scalars(select(key).where(where)))
        if not keys:
            return
        for child in below:
            refers = child.column.in_(keys)
            take_out(db, child.table, refers if child.when is None else and_(refers, child.when))
    db.execute(delete(table).where(where))


def of_demo() -> ColumnElement[bool]:
    """Alerts of the demo's homes and devices."""
    home = exists(select(homes.c.id).where(homes.c.id == alerts.c.home_id, homes.c.demo))
    return or_(home, of_demo_device(alerts.c.device_id))


def some_alerts(db: Connection) -> int:
    """The alert is locked first, as by everybody; what a worker does to it is done before or not at all."""
    query = select(alerts.c.id).where(of_demo()).order_by(alerts.c.id).limit(ALERTS_AT_ONCE).with_for_update()
    ids = list(db.scalars(query))
    if ids:
        take_out(db, alerts, alerts.c.id.in_(ids))
    return len(ids)


def some_homes(db: Connection, alarm: AlarmSql) -> int:
    """Under the lock of each device: a press that comes now finds the device there with its home, or neither."""
    ids = list(db.scalars(select(homes.c.id).where(homes.c.demo).order_by(homes.c.id).limit(HOMES_AT_ONCE)))
    if not ids:
        return 0
    for device_id in db.scalars(select(devices.c.id).where(devices.c.home_id.in_(ids)).order_by(devices.c.id)).all():
        alarm.lock_device(device_id)
    pressed = select(alerts.c.id).where(alerts.c.home_id.in_(ids)).order_by(alerts.c.id).with_for_update()
    late = list(db.scalars(pressed))
    if late:
        take_out(db, alerts, alerts.c.id.in_(late))
    take_out(db, homes, homes.c.id.in_(ids))
    return len(ids)


def some_places(db: Connection) -> int:
    """Villages, then centres, then towns. What is real and was put below one of them moves up, and stays."""
    ids = list(db.scalars(select(villages.c.id).where(villages.c.demo)))
    if ids:
        take_out(db, villages, villages.c.id.in_(ids))
        return len(ids)
    lowest = select(organisations.c.id).where(organisations.c.demo).order_by(organisations.c.kind == "town")
    ids = list(db.scalars(lowest.order_by(organisations.c.id).limit(ORGANISATIONS_AT_ONCE)))
    if not ids:
        return 0
    table = organisations.c
    root = select(table.id).where(table.parent_id.is_(None)).scalar_subquery()
    db.execute(update(organisations).where(table.night_organisation_id.in_(ids)).values(night_organisation_id=None))
    db.execute(update(organisations).where(table.parent_id.in_(ids), table.id.not_in(ids)).values(parent_id=root))
    db.execute(update(villages).where(villages.c.town_id.in_(ids)).values(town_id=None))
    take_out(db, organisations, table.id.in_(ids))
    return len(ids)
