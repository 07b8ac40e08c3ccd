"""What work orders are made of in a backend: their calls, their tick, and how other parts make one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import structlog
from fastapi import APIRouter
from sqlalchemy import Connection, Engine

from backend.adapters.db.work_order_reading import WorkOrderSqlReader
from backend.adapters.db.work_order_store import (
    MakeOutbox,
    SqlFollowUps,
    SqlServiceOrders,
    SqlWorkOrders,
    WorkOrderSqlStore,
)
from backend.adapters.sheets import write_sheet
from backend.adapters.work_order_file import FILE_NAME, BadWorkOrders, load_work_orders
from backend.api import work_orders
from backend.domain.work_order.built_in import BUILT_IN
from backend.domain.work_order.rules import Book
from backend.services.work_order.act import ActOnOrder
from backend.services.work_order.create import MakeOrder
from backend.services.work_order.ports import Clock, Ids
from backend.services.work_order.register import RegisterOrder
from backend.services.work_order.watch_due import WatchOrders
from backend.settings import Settings, config_file
from backend.workers.loop import Tick

log = structlog.get_logger()

BATCH: Final = 100
MOST_BATCHES: Final = 50
"""A tick ends after this many; the rest is due at the next bell."""


@dataclass(frozen=True, slots=True)
class DueOrders:
    """The tick that looks at deadlines of work orders. Any number of processes may run it."""

    watch: WatchOrders

    def __call__(self) -> None:
        for _ in range(MOST_BATCHES):
            if self.watch(BATCH) < BATCH:
                return


class WorkOrderParts:
    """Reads `config/work_orders.toml` at once; with a broken file the built-in kinds are in force, and health says so.

    `outbox`: the notice outbox of a connection.
    """

    def __init__(self, settings: Settings, engine: Engine, clock: Clock, ids: Ids, outbox: MakeOutbox) -> None:
        self._engine = engine
        self._clock = clock
        self._outbox = outbox
        self._zone = ZoneInfo(settings.time_zone)
        self.refused: list[str] = []
        """What cannot be used of the file, with its place."""
        self._book = self._load(config_file().parent / FILE_NAME)
        self._make = MakeOrder(self._book, ids, self._zone)
        self._store = WorkOrderSqlStore(engine, clock, self._zone, outbox)

    def _load(self, path: Path) -> Book:
        """A typing error here must not keep a press from being taken at the next start."""
        try:
            return load_work_orders(path)
        except BadWorkOrders as bad:
            log.error("work_orders_refused", why=str(bad))
            self.refused.append(str(bad))
            return BUILT_IN

    def staff_routers(self) -> Iterator[APIRouter]:
        """`/work-orders` below `/api/v1`."""
        calls = work_orders.WorkOrderCalls(
            ActOnOrder(self._store, self._clock, self._book),
            RegisterOrder(self._store, self._clock, self._make),
            WorkOrderSqlReader(self._engine, self._book),
            write_sheet,
            self._clock,
            self._book,
            self._zone,
        )
        yield work_orders.router(calls)

    def ticks(self) -> Iterator[Tick]:
        """For the role `worker`."""
        yield Tick("work_orders", DueOrders(WatchOrders(self._store, self._clock, self._make)))

    def orders(self, connection: Connection) -> SqlWorkOrders:
        """`WorkOrders` within the transaction on `connection`."""
        return SqlWorkOrders(connection, self._make, self._outbox)

    def service_orders(self, connection: Connection) -> SqlServiceOrders:
        """The escalation's `ServiceOrders` within the transaction on `connection`."""
        return SqlServiceOrders(self.orders(connection))

    def follow_ups(self) -> SqlFollowUps:
        """The script's `FollowUps`."""
        return SqlFollowUps(self._make, self._outbox)
