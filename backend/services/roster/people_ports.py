"""What people and contact points are, and what they need of storage."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from backend.domain.access.sight import WHOLE, Sight
from backend.domain.escalation.targets import Channel, DutyRole, RecipientKind, ResponderKind


class Clock(Protocol):
    """Time, as an argument."""

    def now(self) -> datetime: ...


class Ids(Protocol):
    """Ids that nobody has had."""

    def new(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can be called out or sits at a desk. `roles`: what a roster may use them for.

    `staff_id`: the account with which they log in; None: they answer by link only. Degrees are WGS-84.
    """

    id: str
    organisation_id: str
    name: str
    roles: tuple[DutyRole, ...]
    responder_kind: ResponderKind | None = None
    staff_id: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    locale: str = "zh-CN"
    active: bool = True


@dataclass(frozen=True, slots=True)
class ContactPoint:
    """A way to reach somebody. It counts once `verified_at` is set and as long as `disabled_at` is not.

    `address` is a secret. `quiet_from`, `quiet_until`: local times between which advisory notices wait.
    """

    id: str
    owner_kind: RecipientKind
    owner_id: str
    channel: Channel
    address: str
    created_at: datetime
    position: int = 0
    verified_at: datetime | None = None
    disabled_at: datetime | None = None
    disabled_reason: str | None = None
    quiet_from: str | None = None
    quiet_until: str | None = None


class PeopleTransaction(Protocol):
    """All or nothing; kept only after `commit`."""

    def person(self, person_id: str) -> Person | None: ...
    def save_person(self, person: Person) -> None:
        """Adds or changes."""

    def point(self, point_id: str) -> ContactPoint | None: ...
    def points(self, kind: RecipientKind, owner_id: str) -> Sequence[ContactPoint]:
        """In the order in which they are tried."""

    def save_point(self, point: ContactPoint) -> None: ...
    def organisation_exists(self, organisation_id: str) -> bool: ...
    def account_exists(self, staff_id: str) -> bool: ...
    def owner_exists(self, kind: RecipientKind, owner_id: str) -> bool: ...
    def commit(self) -> None: ...


class PeopleStore(Protocol):
    """People and contact points."""

    def begin(self) -> AbstractContextManager[PeopleTransaction]: ...
    def people(
        self, organisation_id: str | None, role: DutyRole | None, after: str, limit: int, sight: Sight = WHOLE
    ) -> Sequence[tuple[Person, bool]]:
        """In the order of their ids, each with whether something verified reaches them."""

    def person(self, person_id: str) -> Person | None: ...
    def points(self, kind: RecipientKind, owner_id: str) -> Sequence[ContactPoint]: ...
