"""What work orders need of the world: how somebody asks for one, and storage that is all or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from backend.domain.alert.model import SYSTEM, Actor
from backend.domain.work_order.model import Assignee, CallBack, Entry, Order, OrderId, Origin, Priority, Taker
from backend.domain.work_order.provider import Choice, ChoiceReason, Position, Provider
from backend.services.notices.ports import NewNotice


class Clock(Protocol):
    """Time, as an argument."""

    def now(self) -> datetime: ...


class Ids(Protocol):
    """Where new ids come from."""

    def new(self) -> str: ...


@dataclass(frozen=True, slots=True)
class NewWorkOrder:
    """What somebody asks for.

    `key`: what it is for, at most 160 characters; the same key is the same order, for ever (`<alert id>/<kind>` where
    an alert causes it). `kind`: of `config/work_orders.toml`; one that it does not know is handled as `other`.
    `home_id` None with an `alert_id`: the home of the alert. `begins_at` in the future: nothing is asked of anybody
    before. `provider_id`: chosen by a person; None: the nearest that is open. `priority` None: that of the kind.
    """

    key: str
    kind: str
    origin: Origin
    text: str = ""
    home_id: str | None = None
    resident_id: str | None = None
    alert_id: str | None = None
    device_id: str | None = None
    begins_at: datetime | None = None
    provider_id: str | None = None
    priority: Priority | None = None
    actor: Actor = SYSTEM
    source: str = "platform"


@dataclass(frozen=True, slots=True)
class MadeWorkOrder:
    """What became of it. `created` False: the order of this key was there already, and is as it was.

    `provider_id` None: it begins later, or there is no organisation at all. `opens_at`: the provider is closed until
    then.
    """

    id: OrderId
    created: bool
    kind: str
    provider_id: str | None = None
    provider_name: str | None = None
    reason: ChoiceReason | None = None
    opens_at: datetime | None = None


class WorkOrders(Protocol):
    """Makes orders in the transaction of whoever asks. Takes no lock on an alert; never refuses."""

    def create(self, new: NewWorkOrder, now: datetime) -> MadeWorkOrder:
        """Makes it, with its timeline, and tells its provider. The caller commits."""
        ...

    def provider_open(self, kind: str, home_id: str | None, now: datetime) -> bool:
        """Whether somebody who may be asked for this kind is open now."""
        ...


@dataclass(frozen=True, slots=True)
class Person:
    """One of the people who can be called out, or a member of staff."""

    assignee: Assignee
    organisation_id: str | None
    takers: frozenset[Taker]


@dataclass(frozen=True, slots=True)
class Told:
    """Somebody to be told by a notice: a person, or an organisation. `contact_points`: verified, in order of trial."""

    id: str
    name: str
    contact_points: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where an order is to be done. `chain`: the centre of the home and those above it, the district last."""

    label: str | None
    position: Position | None
    chain: tuple[str, ...]


class Outbox(Protocol):
    """Where notices are put, in the same transaction."""

    def put(self, notices: Sequence[NewNotice], now: datetime) -> int: ...


class OrderRows(Protocol):
    """Orders and what is known of their surroundings, on one connection."""

    # orders
    def add(self, order: Order) -> bool:
        """False where an order of the same key exists; then nothing is stored."""
        ...

    def of_key(self, key: str) -> Order | None: ...
    def order(self, order_id: str) -> Order | None:
        """Locked until the end of the transaction."""
        ...

    def save(self, order: Order) -> None: ...
    def add_entries(self, order_id: OrderId, entries: Sequence[Entry]) -> None: ...
    def add_call_back(self, order_id: OrderId, call_back: CallBack) -> None: ...
    def due(self, now: datetime, limit: int) -> list[Order]:
        """Orders whose `due_at` is past, locked; those that others hold are left out."""
        ...

    # surroundings
    def home_of_alert(self, alert_id: str) -> str | None: ...
    def knows_alert(self, alert_id: str) -> bool: ...
    def knows_home(self, home_id: str) -> bool: ...
    def knows_resident(self, resident_id: str, home_id: str | None) -> bool: ...
    def place(self, home_id: str | None) -> Place: ...
    def organisations(self, kind: str, place: Place) -> list[Provider]:
        """All that are at work."""
        ...

    def named(self, organisation_id: str, now: datetime) -> Choice | None:
        """The organisation that somebody has chosen; None where it is not at work."""
        ...

    def person(self, person_id: str) -> Person | None:
        """Somebody who can be called out and is active."""
        ...

    def person_of_staff(self, staff_id: str) -> Assignee | None: ...
    def has_account(self, organisation_id: str) -> bool:
        """Whether somebody there can log in and see the list."""
        ...

    def organisation_points(self, organisation_id: str) -> tuple[str, ...]: ...
    def managers(self, chain: Sequence[str]) -> list[Told]:
        """The managers of the first organisation of `chain` that has any who can be told."""
        ...

    # notices
    @property
    def outbox(self) -> Outbox: ...


class OrderTransaction(Protocol):
    """One transaction. Nothing is kept unless `commit` returned."""

    @property
    def orders(self) -> OrderRows: ...
    def commit(self) -> None: ...
    def savepoint(self) -> AbstractContextManager[None]: ...
    def is_storage_fault(self, error: Exception) -> bool: ...
    def done_before(self, actor_id: str, key: str) -> str | None: ...
    def mark_done(self, actor_id: str, key: str, fingerprint: str, at: datetime) -> bool: ...


class OrderStore(Protocol):
    """Opens transactions."""

    def begin(self) -> AbstractContextManager[OrderTransaction]: ...
