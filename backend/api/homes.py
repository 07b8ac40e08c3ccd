"""Homes: where people live, and whom each home may call."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Final, TypeVar

from fastapi import APIRouter, Query

from backend.api.access import Sees
from backend.api.device_request import Key
from backend.api.devices_changes import MAX_LINES, HistoryView, history_view
from backend.api.devices_problems import refused
from backend.api.homes_bodies import ContactChangeBody, ContactOrder, HomeChangeBody, NewContactBody, NewHomeBody
from backend.api.homes_views import ContactPage, ContactView, HomePage, HomeView, contact_view, home_row, home_view
from backend.api.security import CurrentActor
from backend.services.identity.actor import Actor
from backend.services.registry.change_contacts import AddContact, ChangeContact, OrderContacts, RemoveContact
from backend.services.registry.change_home import AddHome, ChangeHome
from backend.services.registry.home_ports import HomeReader, Household
from backend.services.registry.ports import RegistryStore
from backend.services.registry.refusals import RegistryRefusal, RegistryRefused

T = TypeVar("T")
MAX_PAGE: Final = 500


@dataclass(frozen=True, slots=True)
class HomeCalls:
    """What the router needs."""

    add: AddHome
    change: ChangeHome
    add_contact: AddContact
    change_contact: ChangeContact
    remove_contact: RemoveContact
    order_contacts: OrderContacts
    reader: HomeReader
    store: RegistryStore


def router(calls: HomeCalls) -> APIRouter:
    """`/homes` of the staff API."""
    api = APIRouter(prefix="/homes", tags=["homes"])
    _add_homes(api, calls)
    _add_contacts(api, calls)
    return api


def _add_homes(api: APIRouter, calls: HomeCalls) -> None:
    @api.get("")
    def list_homes(
        actor: CurrentActor,
        sight: Sees,
        after: Annotated[str, Query(max_length=64)] = "",
        limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = MAX_PAGE,
        words: Annotated[str | None, Query(min_length=1, max_length=64)] = None,
    ) -> HomePage:
        """In the order of their ids; `words`: in the label, the address, the landmark or a resident's name."""
        found = calls.reader.homes(after, limit, words, sight)
        last = found[-1].id if len(found) == limit else None
        return HomePage(items=[home_row(home, actor) for home in found], next=last)

    @api.post("", status_code=201)
    def add(body: NewHomeBody, actor: CurrentActor, key: Key = None) -> HomeView:
        """A home. The same Idempotency-Key: the same home."""
        home_id = said(lambda: calls.add(body.sent(), actor, key))
        return home_view(_household(calls, home_id), actor)

    @api.get("/{home_id}")
    def show(home_id: str, actor: CurrentActor) -> HomeView:
        """A home with everybody and everything in it."""
        return home_view(said(lambda: _household(calls, home_id)), actor)

    @api.patch("/{home_id}")
    def change(home_id: str, body: HomeChangeBody, actor: CurrentActor) -> HomeView:
        """Change what is sent. A former address is kept."""
        said(lambda: calls.change(home_id, body.sent(), actor))
        return home_view(_household(calls, home_id), actor)

    @api.get("/{home_id}/history")
    def history(
        home_id: str,
        before: Annotated[int | None, Query(ge=1)] = None,
        limit: Annotated[int, Query(ge=1, le=MAX_LINES)] = 50,
    ) -> HistoryView:
        """Everything that happened here, devices and people that have left included."""
        said(lambda: _household(calls, home_id))
        return history_view(calls.store.history("home", home_id, before, limit), limit)


def _add_contacts(api: APIRouter, calls: HomeCalls) -> None:
    def page(home_id: str, actor: Actor) -> ContactPage:
        return ContactPage(items=[contact_view(one, actor) for one in _household(calls, home_id).contacts])

    def one(home_id: str, contact_id: str, actor: Actor) -> ContactView:
        return next(view for view in page(home_id, actor).items if view.id == contact_id)

    @api.get("/{home_id}/contacts")
    def list_contacts(home_id: str, actor: CurrentActor) -> ContactPage:
        """In the order in which they are called."""
        return said(lambda: page(home_id, actor))

    @api.put("/{home_id}/contacts")
    def order(home_id: str, body: ContactOrder, actor: CurrentActor) -> ContactPage:
        """Put them in another order."""
        said(lambda: calls.order_contacts(home_id, body.order, actor))
        return page(home_id, actor)

    @api.post("/{home_id}/contacts", status_code=201)
    def add(home_id: str, body: NewContactBody, actor: CurrentActor, key: Key = None) -> ContactView:
        """Somebody to call. The same Idempotency-Key: the same contact."""
        return one(home_id, said(lambda: calls.add_contact(home_id, body.sent(), actor, key)), actor)

    @api.patch("/{home_id}/contacts/{contact_id}")
    def change(home_id: str, contact_id: str, body: ContactChangeBody, actor: CurrentActor) -> ContactView:
        """Change what is sent. With another number, nothing goes to the old one any more."""
        said(lambda: calls.change_contact(home_id, contact_id, body.sent(), actor))
        return one(home_id, contact_id, actor)

    @api.delete("/{home_id}/contacts/{contact_id}", status_code=204)
    def remove(home_id: str, contact_id: str, actor: CurrentActor) -> None:
        """They are called no more."""
        said(lambda: calls.remove_contact(home_id, contact_id, actor))


def said(call: Callable[[], T]) -> T:
    """The answer of `call`, or its refusal as a problem."""
    try:
        return call()
    except RegistryRefused as refusal:
        raise refused(refusal) from None


def _household(calls: HomeCalls, home_id: str) -> Household:
    found = calls.reader.household(home_id)
    if found is None:
        raise RegistryRefused(RegistryRefusal.UNKNOWN_HOME, [home_id])
    return found
