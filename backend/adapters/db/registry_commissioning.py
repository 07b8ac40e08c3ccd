"""The facts of a home's commissioning and its sign-offs on SQLAlchemy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, func, insert, select

from backend.adapters.db.alarm import alerts
from backend.adapters.db.engine import is_sqlite, reading, writing
from backend.adapters.db.people_reading import verified_points
from backend.adapters.db.registry import contacts, devices, homes
from backend.adapters.db.registry_history import MakeOrders, RegistrySql
from backend.adapters.db.registry_records import commissionings
from backend.domain.alert.testing import TEST_OUTCOME
from backend.domain.escalation.targets import RecipientKind
from backend.domain.registry.commissioning import ContactFacts, DeviceFacts
from backend.domain.registry.lifecycle import DeviceState
from backend.services.alarm.ports import Clock
from backend.services.registry.commission import HomeFacts, SignOff, SignTransaction


class SignSql(RegistrySql):
    """`SignTransaction` on one connection."""

    def add_sign_off(self, home_id: str, signed: SignOff, facts: Sequence[Mapping[str, Any]]) -> None:
        row = {"at": signed.at, "staff_id": signed.staff_id, "staff_name": signed.staff_name, "reason": signed.reason}
        self._db.execute(insert(commissionings).values(home_id=home_id, facts=list(facts), **row))


@dataclass(frozen=True, slots=True)
class CommissioningSqlStore:
    """`SignStore` and `FactReader` on an engine."""

    engine: Engine
    clock: Clock
    orders: MakeOrders

    @contextmanager
    def begin(self) -> Iterator[SignTransaction]:
        with writing(self.engine) as connection:
            yield SignSql(connection, self.clock, is_sqlite(self.engine), self.orders(connection))

    def facts(self, home_id: str) -> HomeFacts | None:
        with reading(self.engine) as connection:
            if connection.execute(select(homes.c.id).where(homes.c.id == home_id)).first() is None:
                return None
            hanging, called = _devices(connection, home_id), _contacts(connection, home_id)
            return HomeFacts(hanging, called, _signed(connection, home_id))


def _devices(db: Connection, home_id: str) -> tuple[DeviceFacts, ...]:
    tested = (
        select(func.max(alerts.c.closed_at))
        .where(alerts.c.device_id == devices.c.id, alerts.c.home_id == home_id, alerts.c.outcome == TEST_OUTCOME)
        .scalar_subquery()
    )
    query = (
        select(devices.c.id, devices.c.kind, devices.c.state, devices.c.state_since, tested.label("tested_at"))
        .where(devices.c.home_id == home_id)
        .order_by(devices.c.id)
    )
    return tuple(
        DeviceFacts(row.id, row.kind, _since(row), row.tested_at, None, None, None) for row in db.execute(query)
    )


def _since(row: Any) -> datetime | None:
    """Since when it waits to be installed; one that is installed has been looked at before."""
    return row.state_since if row.state == DeviceState.ENROLLED.value else None


def _contacts(db: Connection, home_id: str) -> tuple[ContactFacts, ...]:
    query = select(contacts.c.id, contacts.c.role, contacts.c.proved_on).where(contacts.c.home_id == home_id)
    rows = db.execute(query.order_by(contacts.c.position)).all()
    points = verified_points(db, RecipientKind.CONTACT, [row.id for row in rows])
    return tuple(ContactFacts(row.role, row.proved_on is not None or row.id in points) for row in rows)


def _signed(db: Connection, home_id: str) -> SignOff | None:
    query = select(commissionings).where(commissionings.c.home_id == home_id).order_by(commissionings.c.id.desc())
    row = db.execute(query.limit(1)).first()
    return SignOff(row.at, row.staff_id, row.staff_name, row.reason) if row is not None else None
