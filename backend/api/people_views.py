"""What a caller sees of people and contact points; codes come with their words in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from backend.api.bodies import Answer, Moment
from backend.services.roster.address import masked
from backend.services.roster.people_ports import ContactPoint, Person
from backend.services.roster.words import RESPONDER_LABELS, ROLE_LABELS
from contract.vocabulary import Label

Labels = dict[str, str]


class Named(Answer):
    """A code with its words."""

    code: str
    label: Labels


class PersonView(Answer):
    """`reachable`: something verified and enabled reaches them."""

    id: str
    organisation_id: str
    name: str
    roles: list[Named]
    responder_kind: Named | None
    staff_id: str | None
    latitude: float | None
    longitude: float | None
    locale: str
    active: bool
    reachable: bool


class PersonPage(Answer):
    """`next`: the id after which the next page begins, None on the last."""

    items: list[PersonView]
    next: str | None


class PointView(Answer):
    """`address` is masked except for administrators. It counts as cover while `counts`."""

    id: str
    owner_kind: str
    owner_id: str
    channel: str
    address: str
    position: int
    verified_at: Moment | None
    disabled_at: Moment | None
    disabled_reason: str | None
    quiet_from: str | None
    quiet_until: str | None
    counts: bool


class PointList(Answer):
    """In the order in which they are tried."""

    items: list[PointView]


def person_view(person: Person, reachable: bool) -> PersonView:
    """As a caller sees it."""
    return PersonView(
        id=person.id,
        organisation_id=person.organisation_id,
        name=person.name,
        roles=[named(role, ROLE_LABELS) for role in person.roles],
        responder_kind=named(person.responder_kind, RESPONDER_LABELS) if person.responder_kind else None,
        staff_id=person.staff_id,
        latitude=person.latitude,
        longitude=person.longitude,
        locale=person.locale,
        active=person.active,
        reachable=reachable,
    )


def point_view(point: ContactPoint, revealed: bool) -> PointView:
    """`revealed`: with the whole address."""
    return PointView(
        id=point.id,
        owner_kind=point.owner_kind,
        owner_id=point.owner_id,
        channel=point.channel,
        address=point.address if revealed else masked(point.address),
        position=point.position,
        verified_at=point.verified_at,
        disabled_at=point.disabled_at,
        disabled_reason=point.disabled_reason,
        quiet_from=point.quiet_from,
        quiet_until=point.quiet_until,
        counts=point.verified_at is not None and point.disabled_at is None,
    )


def named(code: Any, labels: Mapping[Any, Label]) -> Named:
    """A code with its words."""
    return Named(code=str(code), label=_words(labels[code]))


def _words(label: Label) -> Labels:
    return {"zh-CN": label.zh, "en": label.en}
