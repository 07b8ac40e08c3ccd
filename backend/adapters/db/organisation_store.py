"""Organisations and villages in the relational database; whoever changes them waits for whoever else does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, Engine, bindparam, delete, func, insert, select, update

from backend.adapters.db.engine import reading, writing
from backend.adapters.db.identity import sessions, staff
from backend.adapters.db.identity_writing import SqlIdentityTransaction, lock_staff
from backend.adapters.db.organisation import catchments, organisations, villages
from backend.adapters.db.registry import homes
from backend.domain.organisation.directory import Directory, Organisation, Serves, Village, directory_of
from backend.domain.organisation.hours import Hours, HoursRefused, read_hours, write_hours
from backend.domain.organisation.routing import HomePlace
from backend.domain.organisation.tree import OrganisationKind
from backend.services.identity.actor import StaffRole
from backend.services.organisation.ports import OrganisationTransaction


class SqlOrganisationStore:
    """`OrganisationStore` on SQLAlchemy."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @contextmanager
    def begin(self) -> Iterator[OrganisationTransaction]:
        with writing(self._engine) as connection:
            yield _SqlOrganisations(connection)

    def directory(self) -> Directory:
        with reading(self._engine) as connection:
            return _directory(connection)

    def home_places(self) -> Mapping[HomePlace, int]:
        query = select(homes.c.organisation_id, homes.c.village_id, func.count()).group_by(
            homes.c.organisation_id, homes.c.village_id
        )
        with reading(self._engine) as connection:
            return {
                HomePlace(organisation, village): count for organisation, village, count in connection.execute(query)
            }


class _SqlOrganisations:
    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def directory(self) -> Directory:
        # The root's row stands for the whole tree. Rows that point to it may still be added: NO KEY.
        root = select(organisations.c.id).where(organisations.c.parent_id.is_(None))
        self._db.execute(root.with_for_update(key_share=True))
        return _directory(self._db)

    def add_organisations(self, items: Sequence[Organisation]) -> None:
        # Parents first; and nights only when everything is there, for they may point anywhere.
        ordered = sorted(items, key=lambda one: one.kind.rank)
        if ordered:
            self._db.execute(insert(organisations), [{**_row(one), "night_organisation_id": None} for one in ordered])
            self.save_organisations(ordered)

    def save_organisations(self, items: Sequence[Organisation]) -> None:
        if not items:
            return
        columns: dict[str, Any] = {name: bindparam(f"new_{name}") for name in _row(items[0]) if name != "id"}
        statement = update(organisations).where(organisations.c.id == bindparam("old_id")).values(columns)
        rows = [{f"new_{name}": value for name, value in _row(one).items()} | {"old_id": one.id} for one in items]
        self._db.execute(statement, rows)
        self._save_catchments(items)

    def _save_catchments(self, items: Sequence[Organisation]) -> None:
        gone = delete(catchments).where(catchments.c.organisation_id == bindparam("of"))
        self._db.execute(gone, [{"of": one.id} for one in items])
        rows = [{"organisation_id": one.id, **asdict(serves)} for one in items for serves in one.catchment]
        if rows:
            self._db.execute(insert(catchments), rows)

    def add_villages(self, items: Sequence[Village]) -> None:
        if items:
            self._db.execute(insert(villages), [asdict(village) for village in items])

    def save_villages(self, items: Sequence[Village]) -> None:
        for village in items:
            row = asdict(village)
            self._db.execute(update(villages).where(villages.c.id == row.pop("id")).values(row))

    def home(self, home_id: str) -> HomePlace | None:
        query = select(homes.c.organisation_id, homes.c.village_id).where(homes.c.id == home_id)
        row = self._db.execute(query.with_for_update(key_share=True)).first()
        return HomePlace(row.organisation_id, row.village_id) if row is not None else None

    def place_home(self, home_id: str, place: HomePlace) -> None:
        self._db.execute(update(homes).where(homes.c.id == home_id).values(asdict(place)))

    def place_staff(self, staff_id: str, organisation_id: str | None) -> bool:
        placed = update(staff).where(staff.c.id == staff_id).values(organisation_id=organisation_id)
        self._db.execute(delete(sessions).where(sessions.c.staff_id == staff_id))
        return self._db.execute(placed).rowcount == 1

    def is_last_administrator(self, staff_id: str) -> bool:
        lock_staff(self._db)
        identity = SqlIdentityTransaction(self._db)
        account = identity.staff(staff_id)
        if account is None or account.role is not StaffRole.ADMINISTRATOR or account.disabled:
            return False
        return identity.covers(account.organisation_id, None) and not identity.other_administrators(staff_id)

    def commit(self) -> None:
        self._db.commit()


def _row(organisation: Organisation) -> dict[str, Any]:
    row = asdict(organisation)
    del row["catchment"]
    return row | {
        "kind": organisation.kind.value,
        "hours": write_hours(organisation.hours),
        "provides": list(organisation.provides),
    }


def _directory(connection: Connection) -> Directory:
    catchment: dict[str, list[Serves]] = {}
    for row in connection.execute(select(catchments)):
        catchment.setdefault(row.organisation_id, []).append(Serves(row.village_id, row.position))
    return directory_of(
        (_organisation(row, catchment.get(row.id, ())) for row in connection.execute(select(organisations))),
        (_village(row) for row in connection.execute(select(villages))),
    )


def _organisation(row: Any, catchment: Sequence[Serves]) -> Organisation:
    return Organisation(
        id=row.id,
        parent_id=row.parent_id,
        kind=OrganisationKind(row.kind),
        name=row.name,
        operator=row.operator,
        phone=row.phone,
        hours=_hours(row.hours),
        night_organisation_id=row.night_organisation_id,
        latitude=row.latitude,
        longitude=row.longitude,
        provides=tuple(row.provides),
        disabled=row.disabled,
        catchment=tuple(sorted(catchment)),
    )


def _hours(stored: object) -> Hours | None:
    try:
        return read_hours(stored)
    except HoursRefused:
        return None  # Written by hand: shown as always open, which is what the alerts make of it.


def _village(row: Any) -> Village:
    return Village(
        id=row.id,
        name=row.name,
        town_id=row.town_id,
        island=row.island,
        outer_island=row.outer_island,
        last_ferry=row.last_ferry,
        latitude=row.latitude,
        longitude=row.longitude,
    )
