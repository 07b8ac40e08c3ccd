"""Whoever should be back and has not been seen to be: somebody calls and asks, once for each such time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from backend.domain.registry.household import ResidentRecord
from backend.domain.work_order.model import Origin
from backend.domain.work_order.rules import WELFARE_CALL
from backend.services.registry.home_ports import HomeStore
from backend.services.registry.ports import Clock
from backend.services.work_order.ports import NewWorkOrder


@dataclass(frozen=True, slots=True)
class WatchReturns:
    """The use case; a tick of the worker. Several processes may run it: each person is looked at by one of them."""

    store: HomeStore
    clock: Clock

    def __call__(self, limit: int = 100) -> int:
        """How many were overdue. The status stays `away`: nobody knows better yet."""
        now = self.clock.now()
        with self.store.begin() as tx:
            overdue = tx.overdue(now, limit)
            for person in overdue:
                tx.orders.create(_order(person, now), now)
                tx.save_resident(replace(person, return_due_at=None))
            tx.commit()
        return len(overdue)


def _order(person: ResidentRecord, now: datetime) -> NewWorkOrder:
    until = (person.away_until or now).isoformat(timespec="minutes")
    return NewWorkOrder(
        key=f"return/{person.id}/{until}",
        kind=WELFARE_CALL,
        origin=Origin.FOLLOW_UP,
        text=(
            "老人应已返回，但状态仍为外出：请打电话确认，并更新状态。"
            " / Should be back by now and is still away by status: ring and ask, then set the status."
        ),
        home_id=person.home_id,
        resident_id=person.id,
        source="registry",
    )
