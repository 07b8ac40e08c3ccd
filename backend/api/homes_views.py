"""What is shown of homes and people. How to get in is never shown here: only who has accepted an alert sees it."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from pydantic import Field

from backend.api.bodies import Answer, Moment
from backend.api.device_views import RegistryRow, registry_row
from backend.domain.access.groups import CARERS
from backend.domain.registry.history import masked
from backend.domain.registry.household import ContactRecord, HomeRecord, ResidentRecord, routine_paused
from backend.services.identity.actor import Actor, StaffRole
from backend.services.registry.home_ports import Household

CALLS: Final = frozenset({StaffRole.OPERATOR, StaffRole.TECHNICIAN, StaffRole.MANAGER, StaffRole.ADMINISTRATOR})
"""They ring people; for everybody else numbers are masked."""


class HomeRow(Answer):
    """A home in the list. `has_entry`: whether it is written down how to get in."""

    id: str
    label: str
    address: str
    landmark: str | None
    phone: str | None
    has_entry: bool
    synthetic: bool
    organisation_id: str | None
    village_id: str | None
    latitude: float | None
    longitude: float | None
    hazards: list[str] | None
    key_kind: str | None
    address_since: date | None
    confirmed_on: date | None


class HomePage(Answer):
    """`next`: send it as `after` for the following page; null at the end."""

    items: list[HomeRow]
    next: str | None


class ResidentView(Answer):
    """Somebody who lives there. `away_until`: when they should be back. What concerns their health: for carers only."""

    id: str
    home_id: str
    name: str
    birth_year: int | None
    lives_alone: bool
    dialect: str | None
    hearing: str
    speech: str
    cognition: str
    conditions: str | None
    medicines: str | None
    phone: str | None
    risk: str
    status: str
    status_since: Moment | None
    away_until: Moment | None


class ContactView(Answer):
    """Whom to call, in order. `hours` null: at any time. `proved_on`: when the number was last proved right."""

    id: str
    home_id: str
    name: str
    relation: str
    phone: str
    position: int
    role: str
    minutes_away: int | None
    hours: dict[str, Any] | None
    proved_on: date | None


class ContactPage(Answer):
    """In the order in which they are called."""

    items: list[ContactView]


class AddressView(Answer):
    """Where the home was until `valid_until`."""

    address: str
    landmark: str | None
    valid_from: date | None
    valid_until: date
    confirmed_on: date | None


class HomeView(HomeRow):
    """A home with everybody and everything in it."""

    residents: list[ResidentView]
    contacts: list[ContactView]
    devices: list[RegistryRow]
    former_addresses: list[AddressView]
    routine_paused: bool = Field(description="nobody is at home: care calls and rules about inactivity pause; no alarm")


def shows_numbers(actor: Actor) -> bool:
    """Whether the actor sees telephone numbers whole."""
    return actor.role in CALLS


def home_row(home: HomeRecord, actor: Actor) -> HomeRow:
    """A home as the actor sees it."""
    return HomeRow(**_home(home, actor))


def resident_view(person: ResidentRecord, actor: Actor) -> ResidentView:
    """A resident as the actor sees them."""
    values = {name: getattr(person, name) for name in ResidentView.model_fields}
    if actor.role not in CARERS:
        values |= {"conditions": None, "medicines": None}
    return ResidentView(**{**values, "phone": _number(person.phone, actor), "status": str(person.status)})


def contact_view(contact: ContactRecord, actor: Actor) -> ContactView:
    """A contact as the actor sees them."""
    values = {name: getattr(contact, name) for name in ContactView.model_fields}
    hours = dict(contact.hours) if contact.hours is not None else None
    return ContactView(**{**values, "phone": _number(contact.phone, actor) or "", "hours": hours})


def home_view(found: Household, actor: Actor) -> HomeView:
    """All of a home as the actor sees it."""
    return HomeView(
        **_home(found.home, actor),
        residents=[resident_view(person, actor) for person in found.residents],
        contacts=[contact_view(contact, actor) for contact in found.contacts],
        devices=[registry_row(device) for device in found.devices],
        former_addresses=[
            AddressView(**{name: getattr(former, name) for name in AddressView.model_fields})
            for former in found.former_addresses
        ],
        routine_paused=routine_paused([person.status for person in found.residents]),
    )


def _home(home: HomeRecord, actor: Actor) -> dict[str, Any]:
    values = {name: getattr(home, name) for name in HomeRow.model_fields if name != "has_entry"}
    hazards = list(home.hazards) if home.hazards is not None else None
    return {**values, "hazards": hazards, "phone": _number(home.phone, actor), "has_entry": bool(home.entry)}


def _number(phone: str | None, actor: Actor) -> str | None:
    return phone if shows_numbers(actor) else masked(phone)
