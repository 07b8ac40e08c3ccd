"""How the views of work orders are read: a fixed number of queries, however many orders there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Engine, RowMapping, Table, and_, case, func, or_, select

from backend.adapters.db.access import order_seen
from backend.adapters.db.engine import reading
from backend.adapters.db.organisation import organisations
from backend.adapters.db.registry import homes, residents
from backend.adapters.db.work_order import work_orders
from backend.adapters.db.work_order_history import calls_of, phones_of, timeline_of
from backend.adapters.db.work_order_rows import to_order
from backend.domain.access.sight import WHOLE, Sight
from backend.domain.work_order.labels import (
    ORIGIN_LABELS,
    OUTCOME_LABELS,
    PRIORITY_LABELS,
    STATE_LABELS,
    VERB_LABELS,
)
from backend.domain.work_order.lifecycle import allowed
from backend.domain.work_order.model import Order, State
from backend.domain.work_order.rules import Book
from backend.services.work_order.views import (
    Filter,
    Named,
    StateCount,
    Which,
    WorkHome,
    WorkOrderDetail,
    WorkOrderLine,
    WorkOrderPage,
    WorkOrderSummary,
    WorkProvider,
)
from backend.services.work_order.words import coded, kind_coded

ENDED_COUNTED: Final = timedelta(days=30)
_T: Final = work_orders.c
_ENDED: Final = _T.state.in_([str(state) for state in State if state.ended])
_ORDER: Final = (
    case((_ENDED, 1), else_=0),
    case((and_(_T.supervised_at.is_not(None), ~_ENDED), 0), else_=1),
    # Without a deadline (overdue steps keep theirs; scheduled ones have none): by when something happens.
    func.coalesce(_T.deadline_at, _T.due_at),
    _T.closed_at.desc(),
    _T.priority,
    _T.id,
)


def _late(now: datetime) -> ColumnElement[bool]:
    return and_(~_ENDED, or_(_T.overdue_at.is_not(None), and_(_T.deadline_at <= now, _T.held_until.is_(None))))


@dataclass(frozen=True, slots=True)
class WorkOrderSqlReader:
    """`WorkOrderReader` on an engine. Each answer is of one moment."""

    engine: Engine
    book: Book

    def page(self, wanted: Filter, limit: int, offset: int, now: datetime, sight: Sight = WHOLE) -> WorkOrderPage:
        where = (*_where(wanted, now), order_seen(sight))
        with reading(self.engine) as connection:
            rows = connection.execute(
                select(work_orders).where(*where).order_by(*_ORDER).limit(limit).offset(offset)
            ).mappings()
            orders = [to_order(row) for row in rows]
            total = connection.scalar(select(func.count()).select_from(work_orders).where(*where)) or 0
            return WorkOrderPage(items=self._lines(connection, orders, now), total=total)

    def detail(self, order_id: str, now: datetime) -> WorkOrderDetail | None:
        with reading(self.engine) as connection:
            row = connection.execute(select(work_orders).where(_T.id == order_id)).mappings().one_or_none()
            if row is None:
                return None
            order = to_order(row)
            (line,) = self._lines(connection, [order], now)
            verbs = allowed(order, self.book.of(order.kind))
            return WorkOrderDetail(
                **dict(line),
                timeline=timeline_of(connection, order),
                call_backs=calls_of(connection, order),
                phones=phones_of(connection, order),
                allowed=[coded(verb, VERB_LABELS) for verb in verbs],
            )

    def summary(self, now: datetime, sight: Sight = WHOLE) -> WorkOrderSummary:
        counted = and_(or_(~_ENDED, _T.closed_at >= now - ENDED_COUNTED), order_seen(sight))
        late = func.sum(case((_late(now), 1), else_=0))
        supervised = func.sum(case((and_(_T.supervised_at.is_not(None), ~_ENDED), 1), else_=0))
        held = func.sum(case((_T.held_until.is_not(None), 1), else_=0))
        query = select(_T.state, func.count().label("count"), late.label("late"), supervised.label("supervised"), held)
        with reading(self.engine) as connection:
            rows = {row[0]: row for row in connection.execute(query.where(counted).group_by(_T.state))}
        states = [
            StateCount(**dict(coded(state, STATE_LABELS)), count=_at(rows, state, 1), overdue=_at(rows, state, 2))
            for state in State
        ]
        return WorkOrderSummary(
            states=states,
            open=sum(_at(rows, state, 1) for state in State if not state.ended),
            overdue=sum(one.overdue for one in states),
            supervised=sum(_at(rows, state, 3) for state in State),
            on_hold=sum(_at(rows, state, 4) for state in State),
        )

    def _lines(self, connection: Connection, orders: Sequence[Order], now: datetime) -> list[WorkOrderLine]:
        places = _by_id(connection, homes, {order.home_id for order in orders})
        people = _by_id(connection, residents, {order.resident_id for order in orders})
        providers = _by_id(connection, organisations, {order.provider_id for order in orders})
        return [
            WorkOrderLine(
                id=order.id,
                version=order.version,
                kind=kind_coded(order.kind, self.book),
                state=coded(order.state, STATE_LABELS),
                state_since=order.state_since,
                priority=coded(order.priority, PRIORITY_LABELS),
                origin=coded(order.origin, ORIGIN_LABELS),
                text=order.text,
                home=_home(places.get(order.home_id)),
                resident=_named(people.get(order.resident_id)),
                alert_id=order.alert_id,
                provider=_provider(providers.get(order.provider_id), order),
                assignee=Named(id=order.assignee.id, name=order.assignee.name) if order.assignee else None,
                created_at=order.created_at,
                deadline_at=order.deadline_at,
                due_at=order.due_at,
                overdue=_is_late(order, now),
                supervised_at=order.supervised_at,
                held_until=order.held_until,
                hold_reason=order.hold_reason,
                failed_call_backs=order.failed_call_backs,
                reworks=order.reworks,
                outcome=coded(order.outcome, OUTCOME_LABELS) if order.outcome is not None else None,
                rating=order.rating,
                finished_at=order.finished_at,
                called_back_at=order.called_back_at,
                closed_at=order.closed_at,
            )
            for order in orders
        ]


def _at(rows: Mapping[str, Any], state: State, place: int) -> int:
    row = rows.get(str(state))
    return int(row[place]) if row is not None else 0


def _is_late(order: Order, now: datetime) -> bool:
    """As `_late`, of one order."""
    if order.state.ended:
        return False
    passed = order.deadline_at is not None and order.deadline_at <= now and not order.held
    return order.overdue_at is not None or passed


def _where(wanted: Filter, now: datetime) -> list[ColumnElement[bool]]:
    where = [
        column == value
        for column, value in (
            (_T.state, wanted.state),
            (_T.kind, wanted.kind),
            (_T.provider_id, wanted.provider_id),
            (_T.assignee_id, wanted.assignee_id),
            (_T.home_id, wanted.home_id),
            (_T.alert_id, wanted.alert_id),
        )
        if value is not None
    ]
    if wanted.which is not Which.ALL and wanted.state is None:
        where.append(_ENDED if wanted.which is Which.ENDED else ~_ENDED)
    if wanted.overdue is not None:
        where.append(_late(now) if wanted.overdue else ~_late(now))
    if wanted.supervised is not None:
        where.append(_T.supervised_at.is_not(None) if wanted.supervised else _T.supervised_at.is_(None))
    return where


def _by_id(connection: Connection, table: Table, ids: set[str | None]) -> dict[str | None, RowMapping]:
    rows = connection.execute(select(table).where(table.c.id.in_([id_ for id_ in ids if id_ is not None])))
    return {row["id"]: row for row in rows.mappings()}


def _home(row: RowMapping | None) -> WorkHome | None:
    if row is None:
        return None
    return WorkHome(id=row["id"], label=row["label"], address=row["address"], landmark=row["landmark"])


def _named(row: RowMapping | None) -> Named | None:
    return Named(id=row["id"], name=row["name"]) if row is not None else None


def _provider(row: RowMapping | None, order: Order) -> WorkProvider | None:
    if row is None:
        return None
    return WorkProvider(id=row["id"], name=row["name"], phone=row["phone"], opens_at=order.provider_opens_at)
