"""Changes of homes and the people in them on SQLAlchemy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Engine, Select, delete, insert, or_, select, update

from backend.adapters.db.access import home_seen
from backend.adapters.db.engine import is_sqlite, reading, writing
from backend.adapters.db.people import contact_points
from backend.adapters.db.registry import contacts, devices, homes, residents
from backend.adapters.db.registry_history import MakeOrders, RegistrySql
from backend.adapters.db.registry_records import addresses
from backend.adapters.db.registry_store import listed, to_device
from backend.domain.access.sight import WHOLE, Sight
from backend.domain.registry.household import ContactRecord, FormerAddress, HomeRecord, ResidentRecord, Status
from backend.services.alarm.ports import Clock
from backend.services.registry.home_ports import HomeTransaction, Household

HOME: Final = select(*(homes.c[field.name] for field in fields(HomeRecord)))
_RESIDENT: Final = select(*(residents.c[field.name] for field in fields(ResidentRecord)))
_CONTACT: Final = select(*(contacts.c[field.name] for field in fields(ContactRecord)))
_COMPARED_DIGITS: Final = 11
"""Of a number, from its end: with or without the country's code it is the same."""


class HomeSql(RegistrySql):
    """`HomeTransaction` on one connection."""

    def home(self, home_id: str) -> HomeRecord | None:
        row = self._db.execute(HOME.where(homes.c.id == home_id).with_for_update(key_share=True)).mappings().first()
        return to_home(row) if row is not None else None

    def home_of_resident(self, resident_id: str) -> str | None:
        return self._db.scalar(select(residents.c.home_id).where(residents.c.id == resident_id))

    def add_home(self, home: HomeRecord) -> None:
        self._db.execute(insert(homes).values(home_row(home)))

    def save_home(self, home: HomeRecord) -> None:
        self._db.execute(update(homes).where(homes.c.id == home.id).values(home_row(home)))

    def add_address(self, home_id: str, former: FormerAddress) -> None:
        self._db.execute(insert(addresses).values(home_id=home_id, **asdict(former)))

    def resident(self, resident_id: str) -> ResidentRecord | None:
        row = self._db.execute(_RESIDENT.where(residents.c.id == resident_id)).mappings().first()
        return _resident(row) if row is not None else None

    def add_resident(self, resident: ResidentRecord) -> None:
        self._db.execute(insert(residents).values(resident_row(resident)))

    def save_resident(self, resident: ResidentRecord) -> None:
        self._db.execute(update(residents).where(residents.c.id == resident.id).values(resident_row(resident)))

    def overdue(self, now: datetime, limit: int) -> Sequence[ResidentRecord]:
        query = (
            _RESIDENT.where(residents.c.return_due_at <= now)
            .order_by(residents.c.return_due_at)
            .limit(limit)
            .with_for_update(skip_locked=True, key_share=True)
        )
        return [_resident(row) for row in self._db.execute(query).mappings()]

    def contacts(self, home_id: str) -> Sequence[ContactRecord]:
        query = _CONTACT.where(contacts.c.home_id == home_id).order_by(contacts.c.position)
        return [ContactRecord(**row) for row in self._db.execute(query).mappings()]

    def put_contacts(self, home_id: str, wanted: Sequence[ContactRecord]) -> None:
        ids = [contact.id for contact in wanted]
        of_home = contacts.c.home_id == home_id
        self._db.execute(delete(contacts).where(of_home, contacts.c.id.not_in(ids)))
        # No two may have the same place, not even on the way.
        self._db.execute(update(contacts).where(of_home).values(position=-contacts.c.position))
        known = set(self._db.scalars(select(contacts.c.id).where(of_home)))
        for contact in wanted:
            row = asdict(contact)
            if contact.id in known:
                self._db.execute(update(contacts).where(contacts.c.id == contact.id).values(row))
            else:
                self._db.execute(insert(contacts).values(row))

    def shut_points(self, contact_id: str, reason: str, now: datetime, *, phone: str | None = None) -> None:
        mine = (
            (contact_points.c.owner_kind == "contact")
            & (contact_points.c.owner_id == contact_id)
            & contact_points.c.disabled_at.is_(None)
        )
        rows = self._db.execute(select(contact_points.c.id, contact_points.c.address).where(mine))
        gone = [row.id for row in rows if phone is None or _same_number(row.address, phone)]
        shut = update(contact_points).where(contact_points.c.id.in_(gone))
        self._db.execute(shut.values(disabled_at=now, disabled_reason=reason))


def _same_number(address: str, phone: str) -> bool:
    ends = ["".join(filter(str.isdecimal, text))[-_COMPARED_DIGITS:] for text in (address, phone)]
    return bool(ends[0]) and ends[0] == ends[1]


def to_home(row: Mapping[Any, Any]) -> HomeRecord:
    """The home of a row of `HOME`."""
    hazards = row["hazards"]
    return HomeRecord(**{**row, "hazards": tuple(hazards) if hazards is not None else None})


def home_row(home: HomeRecord) -> dict[str, Any]:
    """Columns of `homes`."""
    return {**asdict(home), "hazards": list(home.hazards) if home.hazards is not None else None}


def resident_row(resident: ResidentRecord) -> dict[str, Any]:
    """Columns of `residents`."""
    return {**asdict(resident), "status": str(resident.status)}


def _resident(row: Mapping[Any, Any]) -> ResidentRecord:
    return ResidentRecord(**{**row, "status": Status(row["status"])})


@dataclass(frozen=True, slots=True)
class HomeSqlStore:
    """`HomeStore` and `HomeReader` on an engine."""

    engine: Engine
    clock: Clock
    orders: MakeOrders

    @contextmanager
    def begin(self) -> Iterator[HomeTransaction]:
        with writing(self.engine) as connection:
            yield HomeSql(connection, self.clock, is_sqlite(self.engine), self.orders(connection))

    def homes(self, after: str, limit: int, words: str | None = None, sight: Sight = WHOLE) -> Sequence[HomeRecord]:
        query = HOME.where(homes.c.id > after, home_seen(sight)).order_by(homes.c.id).limit(limit)
        if words:
            query = query.where(_says(words))
        with reading(self.engine) as connection:
            return [to_home(row) for row in connection.execute(query).mappings()]

    def household(self, home_id: str) -> Household | None:
        with reading(self.engine) as connection:
            row = connection.execute(HOME.where(homes.c.id == home_id)).mappings().first()
            if row is None:
                return None

            def found(query: Select[Any]) -> Sequence[Any]:
                return connection.execute(query).mappings().all()

            people = found(_RESIDENT.where(residents.c.home_id == home_id).order_by(residents.c.id))
            called = found(_CONTACT.where(contacts.c.home_id == home_id).order_by(contacts.c.position))
            hanging = connection.execute(listed().where(devices.c.home_id == home_id).order_by(devices.c.id)).all()
            names = [field.name for field in fields(FormerAddress)]
            former = found(
                select(*(addresses.c[name] for name in names))
                .where(addresses.c.home_id == home_id)
                .order_by(addresses.c.id.desc())
            )
            return Household(
                to_home(row),
                tuple(_resident(person) for person in people),
                tuple(ContactRecord(**contact) for contact in called),
                tuple(to_device(device) for device in hanging),
                tuple(FormerAddress(**address) for address in former),
            )

    def resident(self, resident_id: str) -> ResidentRecord | None:
        with reading(self.engine) as connection:
            row = connection.execute(_RESIDENT.where(residents.c.id == resident_id)).mappings().first()
        return _resident(row) if row is not None else None


def _says(words: str) -> ColumnElement[bool]:
    lives = select(residents.c.home_id).where(residents.c.name.contains(words, autoescape=True))
    texts = (homes.c.label, homes.c.address, homes.c.landmark)
    return or_(*(text.contains(words, autoescape=True) for text in texts), homes.c.id.in_(lives))
