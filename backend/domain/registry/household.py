"""Who lives in a home and whom it may call; what a person's absence pauses, and what it never does."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any


class Status(StrEnum):
    """Where somebody is."""

    AT_HOME = "at_home"
    HOSPITAL = "hospital"
    AWAY = "away"
    MOVED = "moved"
    DECEASED = "deceased"


@dataclass(frozen=True, slots=True)
class HomeRecord:
    """A home. `address_since`: since when this address is theirs; `confirmed_on`: when somebody saw it is right."""

    id: str
    label: str
    address: str
    landmark: str | None = None
    entry: str | None = None
    phone: str | None = None
    synthetic: bool = False
    organisation_id: str | None = None
    village_id: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    hazards: tuple[str, ...] | None = None
    key_kind: str | None = None
    address_since: date | None = None
    confirmed_on: date | None = None


@dataclass(frozen=True, slots=True)
class FormerAddress:
    """Where a home was until a day. `valid_from` None: nobody knows since when."""

    address: str
    landmark: str | None
    valid_from: date | None
    valid_until: date
    confirmed_on: date | None


@dataclass(frozen=True, slots=True)
class ResidentRecord:
    """Somebody who lives there. `away_until`: when they should be back; past `return_due_at` somebody calls."""

    id: str
    home_id: str
    name: str
    birth_year: int | None = None
    lives_alone: bool = False
    dialect: str | None = None
    hearing: str = "normal"
    speech: str = "normal"
    cognition: str = "normal"
    conditions: str | None = None
    medicines: str | None = None
    phone: str | None = None
    risk: str = "normal"
    status: Status = Status.AT_HOME
    status_since: datetime | None = None
    away_until: datetime | None = None
    return_due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ContactRecord:
    """Somebody to call; `hours` None: at any time; `proved_on`: when the number was last proved right."""

    id: str
    home_id: str
    name: str
    relation: str
    phone: str
    position: int
    role: str
    minutes_away: int | None = None
    hours: Mapping[str, Any] | None = None
    proved_on: date | None = None


def routine_paused(statuses: Collection[Status]) -> bool:
    """Whether rules about inactivity, care calls, meals and bills pause in a home: nobody is there.

    A home without residents has no routine. It says nothing about alarms: no status pauses a press, smoke or gas.
    """
    return Status.AT_HOME not in statuses


class Misplaced(StrEnum):
    """Why a status cannot stand."""

    UNTIL_WITHOUT_AWAY = "until_without_away"
    UNTIL_IS_PAST = "until_is_past"


def with_status(
    person: ResidentRecord, status: Status, away_until: datetime | None, now: datetime
) -> ResidentRecord | Misplaced:
    """The person with a status; away with an end is looked at again when it is past."""
    if away_until is not None and status is not Status.AWAY:
        return Misplaced.UNTIL_WITHOUT_AWAY
    if away_until is not None and away_until <= now:
        return Misplaced.UNTIL_IS_PAST
    since = person.status_since if person.status is status else now
    return replace(person, status=status, status_since=since, away_until=away_until, return_due_at=away_until)


def moved_to(home: HomeRecord, address: str, landmark: str | None, today: date) -> FormerAddress | None:
    """What the home's address was until today; None where it stays the same."""
    if (home.address, home.landmark) == (address, landmark):
        return None
    return FormerAddress(home.address, home.landmark, home.address_since, today, home.confirmed_on)


def in_order(contacts: Sequence[ContactRecord]) -> list[ContactRecord]:
    """The same contacts, numbered from 1 in this order."""
    return [replace(contact, position=number) for number, contact in enumerate(contacts, start=1)]
