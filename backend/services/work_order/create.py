"""A work order is made, once per key: who is asked first, from when on, and who is told."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from backend.domain.alert.model import Actor
from backend.domain.organisation.hours import is_open
from backend.domain.work_order.deadlines import registered, scheduled
from backend.domain.work_order.model import Decision, Order, OrderId, State
from backend.domain.work_order.provider import Choice, choose
from backend.domain.work_order.rules import Book
from backend.services.work_order.ports import Ids, MadeWorkOrder, NewWorkOrder, OrderRows
from backend.services.work_order.tell import tell_provider


@dataclass(frozen=True, slots=True)
class MakeOrder:
    """The use case, within a transaction of the caller's."""

    book: Book
    ids: Ids
    zone: ZoneInfo

    def __call__(self, rows: OrderRows, new: NewWorkOrder, now: datetime) -> MadeWorkOrder:
        """The same key gives the order that is there already."""
        before = rows.of_key(new.key)
        if before is not None:
            return _made(before, created=False)
        if new.home_id is None and new.alert_id is not None:
            new = replace(new, home_id=rows.home_of_alert(new.alert_id))
        order = self._order(new, now)
        later = new.begins_at if new.begins_at is not None and new.begins_at > now else None
        choice = None if later is not None else self._choose(rows, order, new.provider_id, now)
        decision = (
            scheduled(order, later, new.actor, new.source, now)
            if later is not None
            else registered(order, choice, self.book.of(order.kind), new.actor, new.source, now)
        )
        if not rows.add(decision.order):
            # Another transaction was quicker with the same key, and is committed by now.
            there = rows.of_key(new.key)
            return _made(there or decision.order, created=False)
        rows.add_entries(decision.order.id, decision.entries)
        tell_provider(rows, decision.order, self.book, now)
        return _made(decision.order, created=True, choice=choice)

    def begin(self, rows: OrderRows, order: Order, actor: Actor, now: datetime) -> Decision:
        """The time of a scheduled order has come."""
        choice = self._choose(rows, order, order.provider_id, now)
        decision = registered(order, choice, self.book.of(order.kind), actor, "timer", now)
        rows.save(decision.order)
        rows.add_entries(order.id, decision.entries)
        tell_provider(rows, decision.order, self.book, now)
        return decision

    def provider_open(self, rows: OrderRows, kind: str, home_id: str | None, now: datetime) -> bool:
        """Whether whoever would be asked is open now."""
        place = rows.place(home_id)
        known = rows.organisations(kind, place)
        choice = choose(place.position, known, place.chain, now, self.zone)
        return choice is not None and any(
            one.id == choice.provider_id and is_open(one.hours, now, self.zone) for one in known
        )

    def _choose(self, rows: OrderRows, order: Order, named: str | None, now: datetime) -> Choice | None:
        chosen = rows.named(named, now) if named is not None else None
        if chosen is not None:
            return chosen
        place = rows.place(order.home_id)
        return choose(place.position, rows.organisations(order.kind, place), place.chain, now, self.zone)

    def _order(self, new: NewWorkOrder, now: datetime) -> Order:
        return Order(
            id=OrderId(self.ids.new()),
            key=new.key,
            kind=new.kind,
            state=State.REGISTERED,
            priority=new.priority or self.book.of(new.kind).priority,
            origin=new.origin,
            created_at=now,
            state_since=now,
            text=new.text,
            home_id=new.home_id,
            resident_id=new.resident_id,
            alert_id=new.alert_id,
            device_id=new.device_id,
            provider_id=new.provider_id,
        )


def _made(order: Order, created: bool, choice: Choice | None = None) -> MadeWorkOrder:
    if choice is None:
        return MadeWorkOrder(order.id, created, order.kind, order.provider_id, opens_at=order.provider_opens_at)
    return MadeWorkOrder(
        order.id, created, order.kind, choice.provider_id, choice.provider_name, choice.reason, choice.opens_at
    )
