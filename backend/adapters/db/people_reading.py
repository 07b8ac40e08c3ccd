"""People and the ways to reach them, read within the transaction of whoever asks."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from backend.adapters.db.identity import staff
from backend.adapters.db.people import contact_points, people
from backend.domain.escalation.targets import Channel, DutyRole, RecipientKind, ResponderKind
from backend.domain.roster.distance import Place


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person as duty needs them. `has_account`: an account that is not disabled is linked."""

    id: str
    organisation_id: str
    name: str
    roles: tuple[str, ...]
    responder: ResponderKind | None
    place: Place
    active: bool
    has_account: bool

    def serves(self, role: DutyRole) -> bool:
        """Whether they are there for it at all."""
        return self.active and role.value in self.roles


def people_of(db: Connection, organisation_ids: Collection[str]) -> list[PersonRow]:
    """Everybody who belongs to these organisations, by name."""
    query = _people().where(people.c.organisation_id.in_(organisation_ids)).order_by(people.c.name, people.c.id)
    return [_person(row) for row in db.execute(query)]


def people_by_id(db: Connection, ids: Collection[str]) -> Mapping[str, PersonRow]:
    """Those that exist."""
    return {row.id: _person(row) for row in db.execute(_people().where(people.c.id.in_(ids)))}


def verified_points(
    db: Connection,
    kind: RecipientKind,
    owner_ids: Collection[str],
    channels: Collection[Channel] = (),
    usable: Collection[Channel] | None = None,
) -> Mapping[str, tuple[str, ...]]:
    """Ids of the verified and enabled contact points of each owner, in their order; `channels` empty: any.

    `usable`: channels by which anything can leave at all, None: all. What cannot leave covers nobody.
    """
    query = (
        select(contact_points.c.owner_id, contact_points.c.id)
        .where(
            contact_points.c.owner_kind == kind.value,
            contact_points.c.owner_id.in_(owner_ids),
            contact_points.c.verified_at.is_not(None),
            contact_points.c.disabled_at.is_(None),
        )
        .order_by(contact_points.c.owner_id, contact_points.c.position, contact_points.c.id)
    )
    if channels:
        query = query.where(contact_points.c.channel.in_([channel.value for channel in channels]))
    if usable is not None:
        query = query.where(contact_points.c.channel.in_([channel.value for channel in usable]))
    found: dict[str, tuple[str, ...]] = {}
    for row in db.execute(query):
        found[row.owner_id] = (*found.get(row.owner_id, ()), row.id)
    return found


def _people() -> Select[Any]:
    account = staff.c.id.is_not(None) & staff.c.disabled.is_(False)
    return select(people, account.label("has_account")).join(staff, staff.c.id == people.c.staff_id, isouter=True)


def _person(row: Row[Any]) -> PersonRow:
    return PersonRow(
        id=row.id,
        organisation_id=row.organisation_id,
        name=row.name,
        roles=tuple(row.roles),
        responder=ResponderKind(row.responder_kind) if row.responder_kind else None,
        place=Place(row.latitude, row.longitude),
        active=row.active,
        has_account=bool(row.has_account),
    )
