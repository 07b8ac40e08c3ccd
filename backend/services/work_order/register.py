"""Staff write a work order down: what they name must exist, and the same request is one order."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from backend.domain.alert.model import Actor
from backend.domain.work_order.model import OrderId, Origin, Priority
from backend.services.work_order.create import MakeOrder
from backend.services.work_order.ports import Clock, NewWorkOrder, OrderRows, OrderStore

_NAMESPACE: Final = uuid.uuid5(uuid.NAMESPACE_URL, "care/work-orders")


class Unregistered(StrEnum):
    """Why no order was made."""

    UNKNOWN_KIND = "unknown_kind"
    UNKNOWN_HOME = "unknown_home"
    UNKNOWN_RESIDENT = "unknown_resident"
    UNKNOWN_ALERT = "unknown_alert"
    UNKNOWN_PROVIDER = "unknown_provider"
    KEY_REUSED = "key_reused"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody writes down."""

    kind: str
    actor: Actor
    text: str
    home_id: str | None = None
    resident_id: str | None = None
    alert_id: str | None = None
    begins_at: datetime | None = None
    provider_id: str | None = None
    priority: Priority | None = None


@dataclass(frozen=True, slots=True)
class RegisterOrder:
    """The use case."""

    store: OrderStore
    clock: Clock
    make: MakeOrder

    def __call__(self, wanted: Wanted, key: str | None) -> OrderId | Unregistered:
        """`key`: the request's Idempotency-Key; the same key gives the order that was made before."""
        now = self.clock.now()
        with self.store.begin() as tx:
            before = tx.done_before(wanted.actor.id, key) if key is not None else None
            if before is not None and before != repr(wanted):
                return Unregistered.KEY_REUSED
            fault = self._fault(tx.orders, wanted, now)
            if fault is not None:
                return fault
            made = self.make(tx.orders, self._new(wanted, key), now)
            if key is not None and before is None and not tx.mark_done(wanted.actor.id, key, repr(wanted), now):
                return Unregistered.KEY_REUSED
            tx.commit()
        return made.id

    def _fault(self, rows: OrderRows, wanted: Wanted, now: datetime) -> Unregistered | None:
        if wanted.kind not in self.make.book.kinds:
            return Unregistered.UNKNOWN_KIND
        if wanted.home_id is not None and not rows.knows_home(wanted.home_id):
            return Unregistered.UNKNOWN_HOME
        if wanted.resident_id is not None and not rows.knows_resident(wanted.resident_id, wanted.home_id):
            return Unregistered.UNKNOWN_RESIDENT
        if wanted.alert_id is not None and not rows.knows_alert(wanted.alert_id):
            return Unregistered.UNKNOWN_ALERT
        if wanted.provider_id is not None and rows.named(wanted.provider_id, now) is None:
            return Unregistered.UNKNOWN_PROVIDER
        return None

    def _new(self, wanted: Wanted, key: str | None) -> NewWorkOrder:
        subject = f"{wanted.actor.id}/{key}" if key is not None else self.make.ids.new()
        return NewWorkOrder(
            # Derived, so that a key which was forgotten after a day still makes no second order.
            key=f"staff/{uuid.uuid5(_NAMESPACE, subject)}",
            kind=wanted.kind,
            origin=Origin.OPERATOR,
            text=wanted.text,
            home_id=wanted.home_id,
            resident_id=wanted.resident_id,
            alert_id=wanted.alert_id,
            begins_at=wanted.begins_at,
            provider_id=wanted.provider_id,
            priority=wanted.priority,
            actor=wanted.actor,
            source="console",
        )
