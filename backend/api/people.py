"""People who can be called out, and the ways to reach them, contacts and organisations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

import structlog
from fastapi import APIRouter, Header, Query

from backend.api.access import Sees
from backend.api.people_views import PersonPage, PersonView, PointList, PointView, person_view, point_view
from backend.api.roster_bodies import DisableBody, OwnerKind, PersonBody, PointBody, PointChange, Role
from backend.api.roster_problems import not_found, refusals
from backend.api.security import CurrentActor
from backend.domain.escalation.targets import Channel, DutyRole, RecipientKind
from backend.services.identity.actor import Actor, StaffRole
from backend.services.roster.keep_people import KeepContactPoints, KeepPeople
from backend.services.roster.people_ports import ContactPoint, PeopleStore, Person
from backend.services.roster.refusals import Refused

log = structlog.get_logger()

MAX_PAGE: Final = 500
Key = Annotated[str | None, Header(alias="Idempotency-Key", min_length=1, max_length=128, pattern=r"^[\x20-\x7e]+$")]


@dataclass(frozen=True, slots=True)
class PeopleCalls:
    """What the router needs."""

    store: PeopleStore
    people: KeepPeople
    points: KeepContactPoints


def router(calls: PeopleCalls) -> APIRouter:
    """`/people` and `/contact-points` of the staff API."""
    api = APIRouter(tags=["people"])
    _add_people(api, calls)
    _add_points(api, calls)
    _add_point_changes(api, calls)
    return api


def _add_people(api: APIRouter, calls: PeopleCalls) -> None:
    @api.get("/people")
    def list_people(
        sight: Sees,
        organisation: Annotated[str | None, Query(max_length=64)] = None,
        role: Role | None = None,
        after: Annotated[str, Query(max_length=64)] = "",
        limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = MAX_PAGE,
    ) -> PersonPage:
        """People in the order of their ids, with whether something verified reaches them."""
        found = calls.store.people(organisation, DutyRole(role) if role else None, after, limit, sight)
        items = [person_view(person, reachable) for person, reachable in found]
        return PersonPage(items=items, next=items[-1].id if len(items) == limit else None)

    @api.post("/people", status_code=201)
    def add_person(body: PersonBody, actor: CurrentActor, key: Key = None) -> PersonView:
        """A new person; nothing reaches them until a contact point is added and verified."""
        with refusals():
            return _shown(calls, calls.people.add(body.person(""), actor, key))

    @api.get("/people/{person_id}")
    def show_person(person_id: str) -> PersonView:
        """One person."""
        person = calls.store.person(person_id)
        if person is None:
            raise not_found(Refused.UNKNOWN_PERSON)
        return _shown(calls, person)

    @api.put("/people/{person_id}")
    def change_person(person_id: str, body: PersonBody, actor: CurrentActor) -> PersonView:
        """Everything about them as it is sent; `active: false` takes them out of every roster's cover."""
        with refusals():
            return _shown(calls, calls.people.change(body.person(person_id), actor))


def _add_points(api: APIRouter, calls: PeopleCalls) -> None:
    @api.get("/contact-points")
    def list_points(
        actor: CurrentActor, owner_kind: OwnerKind, owner_id: Annotated[str, Query(min_length=1, max_length=64)]
    ) -> PointList:
        """In the order in which they are tried; addresses are whole for administrators only, which is logged."""
        found = calls.store.points(RecipientKind(owner_kind), owner_id)
        return PointList(items=[_point(point, actor) for point in found])

    @api.post("/contact-points", status_code=201)
    def add_point(body: PointBody, actor: CurrentActor, key: Key = None) -> PointView:
        """A new way to reach somebody, unverified, tried last."""
        kind, channel = RecipientKind(body.owner_kind), Channel(body.channel)
        with refusals():
            return _point(calls.points.add(kind, body.owner_id, channel, body.address, actor, key), actor)


def _add_point_changes(api: APIRouter, calls: PeopleCalls) -> None:
    @api.put("/contact-points/{point_id}")
    def change_point(point_id: str, body: PointChange, actor: CurrentActor) -> PointView:
        """Its place in the order and its quiet hours."""
        with refusals():
            changed = calls.points.change(
                point_id, actor, position=body.position, quiet_from=body.quiet_from, quiet_until=body.quiet_until
            )
            return _point(changed, actor)

    @api.post("/contact-points/{point_id}/disable")
    def disable_point(point_id: str, body: DisableBody, actor: CurrentActor) -> PointView:
        """Not tried any more, with the reason."""
        with refusals():
            return _point(calls.points.disable(point_id, body.reason, actor), actor)

    @api.post("/contact-points/{point_id}/enable")
    def enable_point(point_id: str, actor: CurrentActor) -> PointView:
        """Tried again once it is verified again."""
        with refusals():
            return _point(calls.points.enable(point_id, actor), actor)


def _shown(calls: PeopleCalls, person: Person) -> PersonView:
    points = calls.store.points(RecipientKind.PERSON, person.id)
    return person_view(person, any(point.verified_at and not point.disabled_at for point in points))


def _point(point: ContactPoint, actor: Actor) -> PointView:
    revealed = actor.role is StaffRole.ADMINISTRATOR
    if revealed:
        log.info("address_revealed", contact_point=point.id, actor=actor.id)
    return point_view(point, revealed)
