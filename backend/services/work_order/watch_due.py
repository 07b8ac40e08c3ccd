"""Orders whose time has come: a scheduled one begins, a hold ends, an overdue step is supervised and told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import structlog

from backend.domain.alert.model import SYSTEM
from backend.domain.work_order.deadlines import watch
from backend.domain.work_order.model import Order, State
from backend.services.work_order.create import MakeOrder
from backend.services.work_order.ports import Clock, OrderRows, OrderStore
from backend.services.work_order.tell import tell_managers

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class WatchOrders:
    """The use case; a tick of the worker. Several processes may run it: each order is looked at by one of them."""

    store: OrderStore
    clock: Clock
    make: MakeOrder

    def __call__(self, limit: int = 100) -> int:
        """How many were moved. One that breaks us is left as it is and does not keep the others."""
        now = self.clock.now()
        moved = 0
        with self.store.begin() as tx:
            for order in tx.orders.due(now, limit):
                try:
                    with tx.savepoint():
                        moved += self._look(tx.orders, order, now)
                except Exception as fault:
                    if tx.is_storage_fault(fault):
                        raise
                    log.error("work_order_fault", work_order_id=order.id, error=type(fault).__name__)
            tx.commit()
        return moved

    def _look(self, rows: OrderRows, order: Order, now: datetime) -> bool:
        if order.state is State.SCHEDULED:
            self.make.begin(rows, order, SYSTEM, now)
            return True
        decision = watch(order, now)
        if not decision.changed:
            return False
        rows.save(decision.order)
        rows.add_entries(order.id, decision.entries)
        if decision.order.overdue_at == now:
            tell_managers(rows, decision.order, self.make.book, now)
        return True
