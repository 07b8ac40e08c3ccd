"""The device registry in the relational database."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Engine, Row, Select, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from backend.adapters.db.engine import reading, writing
from backend.adapters.db.registry import contacts, devices, enrolments, homes, residents
from backend.services.registry.ports import (
    Device,
    DeviceState,
    ExistingDevice,
    Home,
    ListedDevice,
    RegistryConflict,
    RegistryTransaction,
)

KEYS_KEPT: Final = timedelta(days=30)
"""An Idempotency-Key is remembered this long; whoever repeats a request later is told that the device exists."""


class SqlRegistryStore:
    """`RegistryStore` on SQLAlchemy."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @contextmanager
    def begin(self) -> Iterator[RegistryTransaction]:
        try:
            with writing(self._engine) as connection:
                yield _SqlRegistry(connection)
        except IntegrityError as error:
            raise RegistryConflict from error

    def devices(self, after: str, limit: int) -> Sequence[ListedDevice]:
        query = _listed().where(devices.c.id > after).order_by(devices.c.id).limit(limit)
        with reading(self._engine) as connection:
            return [_device(row) for row in connection.execute(query)]

    def device(self, device_id: str) -> ListedDevice | None:
        with reading(self._engine) as connection:
            row = connection.execute(_listed().where(devices.c.id == device_id)).first()
        return _device(row) if row is not None else None

    def secret_hashes(self) -> list[tuple[str, str]]:
        """(device id, hash) of every device that may connect."""
        query = (
            select(devices.c.id, devices.c.secret_hash)
            .where(devices.c.state != DeviceState.REVOKED.value)
            .order_by(devices.c.id)
        )
        with reading(self._engine) as connection:
            return [(row.id, row.secret_hash) for row in connection.execute(query)]


class _SqlRegistry:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def claim_key(self, actor: str, key: str, request_sha256: str, now: datetime) -> str | None:
        connection = self._connection
        connection.execute(delete(enrolments).where(enrolments.c.created_at < now - KEYS_KEPT))
        insertion = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
        row = {"actor": actor, "key": key, "request_sha256": request_sha256, "created_at": now}
        # PostgreSQL waits here for another transaction with the same key, so the loser sees what the winner did.
        claim = insertion(enrolments).values(row).on_conflict_do_nothing().returning(enrolments.c.key)
        if connection.execute(claim).first() is not None:
            return None
        query = select(enrolments.c.request_sha256).where(enrolments.c.actor == actor, enrolments.c.key == key)
        return str(connection.execute(query).scalar_one())

    def existing(self, device_ids: Collection[str]) -> Mapping[str, ExistingDevice]:
        query = select(devices.c.id, devices.c.state, devices.c.home_id).where(devices.c.id.in_(device_ids))
        rows = self._connection.execute(query)
        return {row.id: ExistingDevice(DeviceState(row.state), row.home_id) for row in rows}

    def homes(self, home_ids: Collection[str]) -> Collection[str]:
        return self._connection.scalars(select(homes.c.id).where(homes.c.id.in_(home_ids))).all()

    def add_home(self, home: Home) -> None:
        row = asdict(home)
        people, called = row.pop("residents"), row.pop("contacts")
        self._connection.execute(insert(homes).values(row))
        if people:
            self._connection.execute(insert(residents), [{**person, "home_id": home.id} for person in people])
        if called:
            self._connection.execute(insert(contacts), [{**person, "home_id": home.id} for person in called])

    def add_device(self, device: Device) -> None:
        self._connection.execute(insert(devices).values({**asdict(device), "state": device.state.value}))

    def set_secret(self, device_id: str, secret_hash: str) -> None:
        self._connection.execute(update(devices).where(devices.c.id == device_id).values(secret_hash=secret_hash))

    def commit(self) -> None:
        self._connection.commit()


def _listed() -> Select[Any]:
    columns = [column for column in devices.c if column.name != "secret_hash"]
    return select(*columns, homes.c.label.label("home_label")).join(homes, isouter=True)


def _device(row: Row[Any]) -> ListedDevice:
    return ListedDevice(
        id=row.id,
        kind=row.kind,
        state=DeviceState(row.state),
        home_id=row.home_id,
        home_label=row.home_label,
        room=row.room,
        synthetic=row.synthetic,
        created_at=row.created_at,
    )
