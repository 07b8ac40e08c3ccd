"""People and contact points in the relational database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any, Final

from sqlalchemy import Connection, Engine, RowMapping, Select, Table, exists, insert, select, update
from sqlalchemy.exc import IntegrityError

from backend.adapters.db.access import organisation_seen
from backend.adapters.db.engine import reading, writing
from backend.adapters.db.identity import staff
from backend.adapters.db.organisation import organisations
from backend.adapters.db.people import contact_points, people
from backend.adapters.db.people_reading import verified_points
from backend.adapters.db.registry import contacts
from backend.domain.access.sight import WHOLE, Sight
from backend.domain.escalation.targets import Channel, DutyRole, RecipientKind, ResponderKind
from backend.services.roster.people_ports import ContactPoint, PeopleTransaction, Person
from backend.services.roster.refusals import Refusal, Refused

_OWNERS: Final[dict[RecipientKind, Table]] = {
    RecipientKind.PERSON: people,
    RecipientKind.CONTACT: contacts,
    RecipientKind.ORGANISATION: organisations,
}


class SqlPeopleStore:
    """`PeopleStore` on an engine."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @contextmanager
    def begin(self) -> Iterator[PeopleTransaction]:
        """Raises `Refusal` where two requests make the same row."""
        try:
            with writing(self._engine) as connection:
                yield _SqlPeople(connection)
        except IntegrityError:
            raise Refusal(Refused.CHANGED_MEANWHILE) from None

    def people(
        self, organisation_id: str | None, role: DutyRole | None, after: str, limit: int, sight: Sight = WHOLE
    ) -> Sequence[tuple[Person, bool]]:
        """In the order of their ids, each with whether something verified reaches them."""
        query = select(people).where(people.c.id > after).order_by(people.c.id)
        query = query.where(organisation_seen(people.c.organisation_id, sight))
        if organisation_id is not None:
            query = query.where(people.c.organisation_id == organisation_id)
        if role is None:
            query = query.limit(limit)
        with reading(self._engine) as connection:
            every = (_person(row) for row in connection.execute(query).mappings())
            found = [person for person in every if role is None or role in person.roles][:limit]
            reached = verified_points(connection, RecipientKind.PERSON, [person.id for person in found])
        return [(person, person.id in reached) for person in found]

    def person(self, person_id: str) -> Person | None:
        """One of them."""
        with reading(self._engine) as connection:
            return _SqlPeople(connection).person(person_id)

    def points(self, kind: RecipientKind, owner_id: str) -> Sequence[ContactPoint]:
        """In the order in which they are tried."""
        with reading(self._engine) as connection:
            return _SqlPeople(connection).points(kind, owner_id)


class _SqlPeople:
    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def person(self, person_id: str) -> Person | None:
        row = self._db.execute(select(people).where(people.c.id == person_id)).mappings().first()
        return _person(row) if row is not None else None

    def save_person(self, person: Person) -> None:
        values = {**asdict(person), "roles": [role.value for role in person.roles]}
        self._save(people, values)

    def point(self, point_id: str) -> ContactPoint | None:
        # Held until the end: the outbox may be disabling it at this moment.
        row = self._db.execute(_points().where(contact_points.c.id == point_id).with_for_update()).mappings().first()
        return _point(row) if row is not None else None

    def points(self, kind: RecipientKind, owner_id: str) -> Sequence[ContactPoint]:
        owned = (contact_points.c.owner_kind == kind.value) & (contact_points.c.owner_id == owner_id)
        return [_point(row) for row in self._db.execute(_points().where(owned)).mappings()]

    def save_point(self, point: ContactPoint) -> None:
        self._save(contact_points, asdict(point))

    def organisation_exists(self, organisation_id: str) -> bool:
        return self._exists(organisations, organisation_id)

    def account_exists(self, staff_id: str) -> bool:
        return self._exists(staff, staff_id)

    def owner_exists(self, kind: RecipientKind, owner_id: str) -> bool:
        return kind in _OWNERS and self._exists(_OWNERS[kind], owner_id)

    def commit(self) -> None:
        self._db.commit()

    def _save(self, table: Table, values: dict[str, Any]) -> None:
        if not self._db.execute(update(table).where(table.c.id == values["id"]).values(values)).rowcount:
            self._db.execute(insert(table).values(values))

    def _exists(self, table: Table, row_id: str) -> bool:
        return bool(self._db.scalar(select(exists().where(table.c.id == row_id))))


def _points() -> Select[Any]:
    return select(contact_points).order_by(contact_points.c.position, contact_points.c.id)


def _person(row: RowMapping) -> Person:
    return Person(
        id=row["id"],
        organisation_id=row["organisation_id"],
        name=row["name"],
        roles=tuple(DutyRole(role) for role in row["roles"]),
        responder_kind=ResponderKind(row["responder_kind"]) if row["responder_kind"] else None,
        staff_id=row["staff_id"],
        latitude=row["latitude"],
        longitude=row["longitude"],
        locale=row["locale"],
        active=row["active"],
    )


def _point(row: RowMapping) -> ContactPoint:
    return ContactPoint(
        **{
            **row,
            "owner_kind": RecipientKind(row["owner_kind"]),
            "channel": Channel(row["channel"]),
        }
    )
