"""Who is behind an assignment: names, numbers, channels and desks, read within the transaction of an answer."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection, select

from backend.adapters.db.notices import notices
from backend.adapters.db.organisation import organisations
from backend.adapters.db.people import contact_points, people
from backend.adapters.db.registry import contacts, homes
from backend.domain.escalation.targets import ContactRole, DutyRole, RecipientKind
from backend.services.answering.ports import Callee, CallOut
from backend.services.notices.ports import NoticeKind
from backend.services.telephony.numbers import normal_or_as_is

_ASKING: Final = (str(NoticeKind.CALL_OUT), str(NoticeKind.LEASE))
"""A reminder to whoever has been silent carries the same link."""
_PEOPLE: Final = select(people.c.id, people.c.name, people.c.organisation_id).where(people.c.active)
_CONTACTS: Final = (
    select(contacts.c.id, contacts.c.name, homes.c.organisation_id)
    .join(homes, homes.c.id == contacts.c.home_id)
    .where(contacts.c.role != str(ContactRole.NEVER))
)


def call_out(db: Connection, notice_id: str) -> CallOut | None:
    """The notice, where somebody's acceptance is asked for."""
    table = notices.c
    row = db.execute(
        select(table.alert_id, table.recipient_kind, table.recipient_id, table.recipient_name, table.role).where(
            table.id == notice_id,
            table.kind.in_(_ASKING),
            table.role.is_not(None),
            table.alert_id.is_not(None),
        )
    ).one_or_none()
    if row is None:
        return None
    kind = RecipientKind(row.recipient_kind)
    who = callee(db, kind, row.recipient_id)
    return CallOut(
        row.alert_id,
        kind,
        row.recipient_id,
        row.recipient_name,
        DutyRole(row.role),
        who.organisation_id if who is not None else None,
    )


def callee(db: Connection, kind: RecipientKind, callee_id: str) -> Callee | None:
    """Somebody by kind and id; None for nobody, for people who are not active and contacts who are never told."""
    if kind is RecipientKind.PERSON:
        row = db.execute(_PEOPLE.where(people.c.id == callee_id)).one_or_none()
        return _callee(db, kind, row)
    if kind is RecipientKind.CONTACT:
        row = db.execute(_CONTACTS.where(contacts.c.id == callee_id)).one_or_none()
        return _callee(db, kind, row)
    found = db.execute(
        select(organisations.c.id, organisations.c.name, organisations.c.id.label("organisation_id")).where(
            organisations.c.id == callee_id
        )
    ).one_or_none()
    return _callee(db, RecipientKind.ORGANISATION, found)


def desk(db: Connection, organisation_id: str | None) -> Callee:
    """The desk of an organisation; of the district where there is no such one."""
    found = callee(db, RecipientKind.ORGANISATION, organisation_id) if organisation_id is not None else None
    if found is not None:
        return found
    root = db.scalars(select(organisations.c.id).where(organisations.c.parent_id.is_(None)).limit(1)).one()
    district = callee(db, RecipientKind.ORGANISATION, root)
    assert district is not None
    return district


def staff_of(db: Connection, kind: RecipientKind, callee_id: str) -> str | None:
    """The account of a person who can also log in."""
    if kind is not RecipientKind.PERSON:
        return None
    return db.scalars(select(people.c.staff_id).where(people.c.id == callee_id)).one_or_none()


def phones(db: Connection, kind: RecipientKind, callee_id: str) -> frozenset[str]:
    """Where texts to somebody go: their enabled channels, and the number of a resident's contact."""
    found = set(
        db.scalars(
            select(contact_points.c.address).where(
                contact_points.c.owner_kind == str(kind),
                contact_points.c.owner_id == callee_id,
                contact_points.c.disabled_at.is_(None),
            )
        )
    )
    if kind is RecipientKind.CONTACT:
        found |= set(db.scalars(select(contacts.c.phone).where(contacts.c.id == callee_id)))
    return frozenset(normal_or_as_is(address) for address in found)


def _callee(db: Connection, kind: RecipientKind, row: Any) -> Callee | None:
    if row is None:
        return None
    points = db.scalars(
        select(contact_points.c.id)
        .where(
            contact_points.c.owner_kind == str(kind),
            contact_points.c.owner_id == row[0],
            contact_points.c.verified_at.is_not(None),
            contact_points.c.disabled_at.is_(None),
        )
        .order_by(contact_points.c.position, contact_points.c.id)
    )
    return Callee(kind, row[0], row[1], row[2], tuple(points))
