"""Work orders on SQLAlchemy: their own transaction, and orders made within the transaction of another part."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, bindparam, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from backend.adapters.db.alarm import alerts
from backend.adapters.db.alarm_store import AlarmSql
from backend.adapters.db.engine import COUNTED, is_sqlite, writing
from backend.adapters.db.work_order import call_backs, timeline, work_orders
from backend.adapters.db.work_order_places import WorkPlaces
from backend.adapters.db.work_order_rows import call_back_row, entry_row, order_row, to_order
from backend.domain.alert.model import Alert
from backend.domain.work_order.model import CallBack, Entry, Order, OrderId, Origin
from backend.domain.work_order.rules import FOLLOW_UP_24H, FOLLOW_UP_72H, SERVICE_REQUEST
from backend.services.work_order.create import MakeOrder
from backend.services.work_order.ports import Clock, MadeWorkOrder, NewWorkOrder, OrderTransaction, Outbox

MakeOutbox = Callable[[Connection], Outbox]
"""The notice outbox of a connection."""
FOLLOW_UP_KINDS: Final = {"after_24_h": FOLLOW_UP_24H, "after_72_h": FOLLOW_UP_72H}
"""The script's words for the kinds of the book."""
_ADD: Final = {
    "sqlite": sqlite.insert(work_orders).on_conflict_do_nothing(index_elements=["key"]).execution_options(**COUNTED),
    "postgresql": postgresql.insert(work_orders)
    .on_conflict_do_nothing(index_elements=["key"])
    .execution_options(**COUNTED),
}
_SAVE: Final = update(work_orders).where(work_orders.c.id == bindparam("order_id"))


class WorkOrderRows(WorkPlaces):
    """`OrderRows` on a connection, for one transaction."""

    def __init__(self, connection: Connection, zone: ZoneInfo, outbox: MakeOutbox) -> None:
        super().__init__(connection, zone)
        self._outbox = outbox

    @property
    def outbox(self) -> Outbox:
        return self._outbox(self._db)

    def add(self, order: Order) -> bool:
        return bool(self._db.execute(_ADD[self._db.dialect.name], order_row(order)).rowcount)

    def of_key(self, key: str) -> Order | None:
        row = self._db.execute(select(work_orders).where(work_orders.c.key == key)).mappings().one_or_none()
        return to_order(row) if row is not None else None

    def order(self, order_id: str) -> Order | None:
        query = select(work_orders).where(work_orders.c.id == order_id).with_for_update(key_share=True)
        row = self._db.execute(query).mappings().one_or_none()
        return to_order(row) if row is not None else None

    def save(self, order: Order) -> None:
        self._db.execute(_SAVE, {**order_row(order), "order_id": order.id})

    def add_entries(self, order_id: OrderId, entries: Sequence[Entry]) -> None:
        if entries:
            self._db.execute(insert(timeline), [entry_row(order_id, entry) for entry in entries])

    def add_call_back(self, order_id: OrderId, call_back: CallBack) -> None:
        self._db.execute(insert(call_backs), call_back_row(order_id, call_back))

    def due(self, now: datetime, limit: int) -> list[Order]:
        rows = self._db.execute(
            select(work_orders)
            .where(work_orders.c.due_at <= now)
            .order_by(work_orders.c.due_at)
            .limit(limit)
            .with_for_update(skip_locked=True, key_share=True)
        ).mappings()
        return [to_order(row) for row in rows]

    def knows_alert(self, alert_id: str) -> bool:
        return self._db.execute(select(alerts.c.id).where(alerts.c.id == alert_id)).first() is not None

    def home_of_alert(self, alert_id: str) -> str | None:
        return self._db.scalar(select(alerts.c.home_id).where(alerts.c.id == alert_id))


@dataclass(frozen=True, slots=True)
class SqlWorkOrders:
    """`WorkOrders` on the connection of somebody else's transaction; make one for each transaction."""

    connection: Connection
    make: MakeOrder
    outbox: MakeOutbox

    def create(self, new: NewWorkOrder, now: datetime) -> MadeWorkOrder:
        return self.make(self._rows(), new, now)

    def provider_open(self, kind: str, home_id: str | None, now: datetime) -> bool:
        return self.make.provider_open(self._rows(), kind, home_id, now)

    def _rows(self) -> WorkOrderRows:
        return WorkOrderRows(self.connection, self.make.zone, self.outbox)


@dataclass(frozen=True, slots=True)
class SqlServiceOrders:
    """The escalation's `ServiceOrders` on the connection of its transaction."""

    orders: SqlWorkOrders

    def for_alert(self, alert: Alert, now: datetime) -> str | None:
        """The work order of a press of the service key, made once per alert; its id."""
        new = NewWorkOrder(
            f"{alert.id}/{SERVICE_REQUEST}",
            SERVICE_REQUEST,
            Origin.KEY_PRESS,
            home_id=alert.home_id,
            alert_id=alert.id,
            device_id=alert.device_id,
        )
        return self.orders.create(new, now).id


@dataclass(frozen=True, slots=True)
class SqlFollowUps:
    """The script's `FollowUps`: made in the transaction that moves the alert."""

    make: MakeOrder
    outbox: MakeOutbox

    def schedule(self, tx: object, alert_id: str, due_at: datetime, kind: str) -> None:
        """A follow-up order that begins at `due_at`; one per alert and kind. `tx`: on our database.

        `kind`: as the script names it (`after_24_h`), or a kind of the book.
        """
        if not isinstance(tx, AlarmSql):
            raise TypeError("follow-ups are scheduled in a transaction on SQL")
        kind = FOLLOW_UP_KINDS.get(kind, kind)
        new = NewWorkOrder(f"{alert_id}/{kind}", kind, Origin.FOLLOW_UP, alert_id=alert_id, begins_at=due_at)
        SqlWorkOrders(tx._db, self.make, self.outbox).create(new, tx._clock.now())


class WorkOrderSql(AlarmSql):
    """`OrderTransaction` on one connection."""

    def __init__(self, connection: Connection, clock: Clock, sqlite: bool, orders: WorkOrderRows) -> None:
        super().__init__(connection, clock, sqlite)
        self.orders = orders


@dataclass(frozen=True, slots=True)
class WorkOrderSqlStore:
    """`OrderStore` on an engine."""

    engine: Engine
    clock: Clock
    zone: ZoneInfo
    outbox: MakeOutbox

    @contextmanager
    def begin(self) -> Iterator[OrderTransaction]:
        with writing(self.engine) as connection:
            rows = WorkOrderRows(connection, self.zone, self.outbox)
            yield WorkOrderSql(connection, self.clock, is_sqlite(self.engine), rows)
