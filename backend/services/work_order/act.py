"""A person does something to a work order: once per idempotency key, under lock, with its timeline."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from backend.domain.alert.model import Actor
from backend.domain.work_order.lifecycle import Action, decide
from backend.domain.work_order.model import Assignee, CallResult, Order, Outcome, Taker, Verb
from backend.domain.work_order.provider import Choice
from backend.domain.work_order.rules import Book
from backend.services.work_order.ports import Clock, OrderRows, OrderStore
from backend.services.work_order.tell import tell_provider


class Acted(StrEnum):
    """What became of a request. A `lifecycle.Refusal` is raised where the order does not allow it."""

    DONE = "done"
    NOT_FOUND = "not_found"
    KEY_REUSED = "key_reused"
    UNKNOWN_PERSON = "unknown_person"
    UNKNOWN_PROVIDER = "unknown_provider"


class UnknownTarget(Exception):  # noqa: N818 - an answer, not a fault of ours
    """The person or organisation that an order is given to is not there or not at work."""

    def __init__(self, acted: Acted) -> None:
        super().__init__(str(acted))
        self.acted = acted


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody asks for, by id; `takers`: in which capacities they may take an order themselves."""

    verb: Verb
    actor: Actor
    takers: frozenset[Taker] = frozenset()
    text: str | None = None
    provider_id: str | None = None
    assignee_id: str | None = None
    outcome: Outcome | None = None
    result: CallResult | None = None
    rating: int | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class ActOnOrder:
    """The use case."""

    store: OrderStore
    clock: Clock
    book: Book

    def __call__(self, order_id: str, request: Request, key: str | None) -> Acted:
        """`key`: the request's Idempotency-Key. A second request with it changes nothing and is `done` as well."""
        now = self.clock.now()
        fingerprint = f"{order_id} {request!r}"
        with self.store.begin() as tx:
            order = tx.orders.order(order_id)
            if order is None:
                return Acted.NOT_FOUND
            before = tx.done_before(request.actor.id, key) if key is not None else None
            if before is not None:
                return Acted.DONE if before == fingerprint else Acted.KEY_REUSED
            try:
                action = _action(tx.orders, request, now)
            except UnknownTarget as unknown:
                return unknown.acted
            self._apply(tx.orders, order, action, now)
            if key is not None and not tx.mark_done(request.actor.id, key, fingerprint, now):
                return Acted.KEY_REUSED
            tx.commit()
        return Acted.DONE

    def _apply(self, rows: OrderRows, order: Order, action: Action, now: datetime) -> None:
        decision = decide(order, action, self.book.of(order.kind), now)
        rows.save(decision.order)
        rows.add_entries(order.id, decision.entries)
        if decision.call_back is not None:
            rows.add_call_back(order.id, decision.call_back)
        if decision.order.provider_id != order.provider_id:
            tell_provider(rows, decision.order, self.book, now)


def _action(rows: OrderRows, request: Request, now: datetime) -> Action:
    assignee, takers, provider = _given_to(rows, request, now)
    return Action(
        verb=request.verb,
        actor=request.actor,
        text=request.text,
        provider=provider,
        assignee=assignee,
        takers=takers,
        outcome=request.outcome,
        result=request.result,
        rating=request.rating,
        until=request.until,
    )


_Given = tuple[Assignee | None, frozenset[Taker], Choice | None]


def _given_to(rows: OrderRows, request: Request, now: datetime) -> _Given:
    """Who gets it: whoever accepts it, or the person or organisation that is named."""
    if request.verb is Verb.ACCEPT:
        mine = rows.person_of_staff(request.actor.id)
        return mine or Assignee(request.actor.id, request.actor.name), request.takers, None
    if request.verb is not Verb.ASSIGN:
        return None, frozenset(), None
    provider = _provider(rows, request.provider_id, now)
    if request.assignee_id is None:
        return None, frozenset(), provider
    person = rows.person(request.assignee_id)
    if person is None:
        raise UnknownTarget(Acted.UNKNOWN_PERSON)
    if request.provider_id is None:
        # The work goes where the person belongs.
        provider = _provider(rows, person.organisation_id, now)
    return person.assignee, person.takers, provider


def _provider(rows: OrderRows, organisation_id: str | None, now: datetime) -> Choice | None:
    if organisation_id is None:
        return None
    choice = rows.named(organisation_id, now)
    if choice is None:
        raise UnknownTarget(Acted.UNKNOWN_PROVIDER)
    return choice
