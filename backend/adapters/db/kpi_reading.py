"""How handled alerts are read for figures: three queries, whatever the span."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Connection, Engine, Subquery, and_, case, exists, func, or_, select

from backend.adapters.db.access import alert_own
from backend.adapters.db.alarm import alerts, timeline
from backend.adapters.db.engine import reading
from backend.adapters.db.organisation import organisations
from backend.adapters.db.registry import devices, homes
from backend.adapters.db.work_order import work_orders
from backend.domain.access.sight import WHOLE, Sight
from backend.domain.alert.model import EntryKind
from backend.domain.kpi.figures import Handled
from backend.services.kpi.ports import Data

_ACCEPTED: Final = (str(EntryKind.ACCEPTED), str(EntryKind.RESPONDER_ACCEPTED))
_ARRIVED: Final = (str(EntryKind.ARRIVED), str(EntryKind.RESPONDER_ARRIVED))
_SENT: Final = tuple(
    str(kind)
    for kind in (
        EntryKind.DISPATCHED,
        EntryKind.EN_ROUTE,
        EntryKind.RESPONDER_ACCEPTED,
        EntryKind.RESPONDER_EN_ROUTE,
    )
)
_TEST: Final = "care.test.pressed"


@dataclass(frozen=True, slots=True)
class HandledSqlReader:
    """`HandledReader` on an engine."""

    engine: Engine

    def handled(
        self, begin: datetime, end: datetime, limit: int, data: Data = Data.REAL, sight: Sight = WHOLE
    ) -> Sequence[Handled]:
        with reading(self.engine) as connection:
            return _read(connection, begin, end, limit, and_(_of(data), alert_own(sight)))


def _moments(begin: datetime, end: datetime) -> Subquery:
    """Of each alert of the span: the line of its first acceptance, when somebody was first sent and first there."""
    of_span = select(alerts.c.id).where(alerts.c.received_at >= begin, alerts.c.received_at < end)
    return (
        select(
            timeline.c.alert_id,
            func.min(case((timeline.c.kind.in_(_ACCEPTED), timeline.c.id))).label("accepted"),
            func.min(case((timeline.c.kind.in_(_SENT), timeline.c.at))).label("sent_at"),
            func.min(case((timeline.c.kind.in_(_ARRIVED), timeline.c.at))).label("arrived_at"),
        )
        .where(timeline.c.kind.in_({*_ACCEPTED, *_SENT, *_ARRIVED}), timeline.c.alert_id.in_(of_span))
        .group_by(timeline.c.alert_id)
        .subquery()
    )


def _call_backs() -> Subquery:
    """Of each alert that caused finished work: how many orders, and how many with a call-back that has a result."""
    return (
        select(
            work_orders.c.alert_id,
            func.count().label("orders"),
            func.count(work_orders.c.called_back_at).label("called_back"),
        )
        .where(work_orders.c.alert_id.is_not(None), work_orders.c.finished_at.is_not(None))
        .group_by(work_orders.c.alert_id)
        .subquery()
    )


def _of(data: Data) -> ColumnElement[bool]:
    """Devices of the demo district are synthetic as well. Whoever is invented is nobody's figure."""
    demo = exists(select(homes.c.id).where(homes.c.id == alerts.c.home_id, homes.c.demo))
    if data is Data.DEMO:
        return demo
    invented = exists(select(homes.c.id).where(homes.c.id == alerts.c.home_id, or_(homes.c.demo, homes.c.synthetic)))
    return and_(or_(devices.c.id.is_(None), devices.c.synthetic.is_(False)), ~invented)


def _read(
    connection: Connection, begin: datetime, end: datetime, limit: int, whose: ColumnElement[bool]
) -> Sequence[Handled]:
    moments, backs, first = _moments(begin, end), _call_backs(), timeline.alias()
    query = (
        select(
            alerts,
            organisations.c.name.label("centre"),
            moments.c.sent_at,
            moments.c.arrived_at,
            first.c.actor_id.label("operator_id"),
            first.c.actor_name.label("operator"),
            backs.c.orders,
            backs.c.called_back,
        )
        .join(organisations, organisations.c.id == alerts.c.organisation_id, isouter=True)
        .join(devices, devices.c.id == alerts.c.device_id, isouter=True)
        .join(moments, moments.c.alert_id == alerts.c.id, isouter=True)
        .join(first, first.c.id == moments.c.accepted, isouter=True)
        .join(backs, backs.c.alert_id == alerts.c.id, isouter=True)
        .where(
            alerts.c.received_at >= begin,
            alerts.c.received_at < end,
            alerts.c.severity != "technical",
            alerts.c.type != _TEST,
            or_(alerts.c.outcome.is_(None), alerts.c.outcome != "test"),
            whose,
        )
        .order_by(alerts.c.received_at, alerts.c.id)
        .limit(limit)
    )
    return [
        Handled(
            id=row["id"],
            type=row["type"],
            severity=row["severity"],
            centre_id=row["organisation_id"] or "",
            centre=row["centre"] or "",
            operator_id=row["operator_id"] or "",
            operator=row["operator"] or "",
            received_at=row["received_at"],
            accepted_at=row["accepted_at"],
            first_voice_at=row["first_voice_at"],
            sent_at=row["sent_at"],
            arrived_at=row["arrived_at"],
            outcome=row["outcome"],
            late=row["late_seconds"] is not None,
            called_back=None if row["orders"] is None else row["called_back"] == row["orders"],
        )
        for row in connection.execute(query).mappings()
    ]
