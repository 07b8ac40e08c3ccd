"""Work orders on a database, with a clock turned by hand: homes, organisations, people, notices, steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, insert, select

from backend.adapters.db.engine import reading, writing
from backend.adapters.db.identity import staff
from backend.adapters.db.organisation import organisations, villages
from backend.adapters.db.people import contact_points, people
from backend.adapters.db.registry import homes, residents
from backend.adapters.db.work_order import work_orders
from backend.adapters.db.work_order_reading import WorkOrderSqlReader
from backend.adapters.db.work_order_store import SqlWorkOrders, WorkOrderSqlStore
from backend.adapters.work_order_file import load_work_orders
from backend.domain.alert.model import Actor, ActorKind
from backend.domain.work_order.model import Origin, Taker, Verb
from backend.services.notices.ports import NewNotice
from backend.services.work_order.act import Acted, ActOnOrder, Request
from backend.services.work_order.create import MakeOrder
from backend.services.work_order.ports import Ids, MadeWorkOrder, NewWorkOrder
from backend.services.work_order.register import RegisterOrder
from backend.services.work_order.views import Filter, WorkOrderDetail
from backend.services.work_order.watch_due import WatchOrders
from tests.harness.alarm import Uuids
from tests.harness.clock import ManualClock

ZONE = ZoneInfo("Asia/Shanghai")
DAY_HOURS = {day: [["08:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
BOOK = load_work_orders(Path(__file__).parents[2] / "config" / "work_orders.toml")
WANG = Actor(ActorKind.STAFF, "op1", "王丽")
EVERYTHING = frozenset(Taker)


@dataclass
class Notices:
    """An outbox that keeps what was put, by id: the same id is the same notice."""

    put_ones: dict[str, NewNotice] = field(default_factory=dict)

    def put(self, notices: Sequence[NewNotice], now: datetime) -> int:
        new = {notice.id: notice for notice in notices if notice.id not in self.put_ones}
        self.put_ones |= new
        return len(new)

    def of(self, order_id: str) -> list[NewNotice]:
        return [notice for notice in self.put_ones.values() if notice.work_order_id == order_id]


class WorkDesk:
    """The use cases of work orders, and what stands around them."""

    def __init__(self, engine: Engine, clock: ManualClock | None = None, ids: Ids | None = None) -> None:
        self.engine = engine
        self.clock = clock or ManualClock()
        self.notices = Notices()
        self.make = MakeOrder(BOOK, ids or Uuids(), ZONE)
        self.store = WorkOrderSqlStore(engine, self.clock, ZONE, self.outbox)
        self.act = ActOnOrder(self.store, self.clock, BOOK)
        self.register = RegisterOrder(self.store, self.clock, self.make)
        self.watch = WatchOrders(self.store, self.clock, self.make)
        self.reader = WorkOrderSqlReader(engine, BOOK)

    def outbox(self, _: Connection) -> Notices:
        return self.notices

    # what stands around

    def organisation(self, id_: str, kind: str = "village", parent: str | None = "district", **fields: Any) -> str:
        row = {"id": id_, "kind": kind, "parent_id": parent, "name": f"中心 {id_}", "provides": [], **fields}
        self._insert(organisations, row)
        return id_

    def village(self, id_: str, town: str, latitude: float | None = None, longitude: float | None = None) -> None:
        self._insert(villages, {"id": id_, "name": id_, "town_id": town, "latitude": latitude, "longitude": longitude})

    def home(self, id_: str, **fields: Any) -> str:
        self._insert(homes, {"id": id_, "label": f"{id_} 号", "address": "沙湾村", "phone": "0580-1", **fields})
        self._insert(residents, {"id": f"r-{id_}", "home_id": id_, "name": "林阿婆", "phone": "0580-2"})
        return id_

    def person(self, id_: str, organisation: str, *roles: str, verified: bool = True) -> None:
        row = {"id": id_, "organisation_id": organisation, "name": f"人员 {id_}", "roles": list(roles)}
        self._insert(people, row)
        self.point("person", id_, verified)

    def point(self, owner_kind: str, owner_id: str, verified: bool = True) -> None:
        row = {
            "id": f"cp-{owner_id}",
            "owner_kind": owner_kind,
            "owner_id": owner_id,
            "channel": "sms",
            "address": "+8613800000000",
            "verified_at": self.clock.now() if verified else None,
            "created_at": self.clock.now(),
        }
        self._insert(contact_points, row)

    def account(self, id_: str, organisation: str | None) -> None:
        row = {
            "id": id_,
            "username": id_,
            "name": id_,
            "role": "operator",
            "locale": "zh-CN",
            "password_hash": "-",
            "created_at": self.clock.now(),
            "organisation_id": organisation,
        }
        self._insert(staff, row)

    def _insert(self, table: Any, row: dict[str, Any]) -> None:
        with writing(self.engine) as connection:
            connection.execute(insert(table).values(row))
            connection.commit()

    # orders

    def create(self, kind: str, key: str = "k1", **fields: Any) -> MadeWorkOrder:
        """As another part makes one, in a transaction of its own."""
        with writing(self.engine) as connection:
            orders = SqlWorkOrders(connection, self.make, self.outbox)
            made = orders.create(
                NewWorkOrder(key, kind, fields.pop("origin", Origin.KEY_PRESS), **fields), self.clock.now()
            )
            connection.commit()
        return made

    def do(self, order_id: str, verb: Verb, key: str | None = None, who: Actor = WANG, **fields: Any) -> Acted:
        return self.act(order_id, Request(verb, who, EVERYTHING, **fields), key)

    def detail(self, order_id: str) -> WorkOrderDetail:
        found = self.reader.detail(order_id, self.clock.now())
        assert found is not None
        return found

    def kinds(self, order_id: str) -> list[str]:
        return [entry.kind.code for entry in self.detail(order_id).timeline]

    def listed(self, **wanted: Any) -> list[str]:
        return [line.id for line in self.reader.page(Filter(**wanted), 1000, 0, self.clock.now()).items]

    def count(self) -> int:
        with reading(self.engine) as connection:
            return len(connection.execute(select(work_orders.c.id)).all())
