"""The device registry in the relational database."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, fields
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Engine, Row, Select, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from backend.adapters.db.access import device_seen
from backend.adapters.db.engine import reading, writing
from backend.adapters.db.registry import contacts, devices, enrolments, homes, residents
from backend.adapters.db.registry_history import lines, of_home, of_subject, tell
from backend.domain.access.sight import WHOLE, Sight
from backend.domain.registry.history import Change
from backend.services.registry.ports import (
    Device,
    DeviceState,
    ExistingDevice,
    HistoryLine,
    Home,
    ListedDevice,
    RegistryConflict,
    RegistryTransaction,
)

KEYS_KEPT: Final = timedelta(days=30)
"""An Idempotency-Key is remembered this long; whoever repeats a request later is told that the device exists."""


VOID: Final = ""
"""No secret hashes to it: a device that comes back from the scrap heap gets a new one before it may connect."""
_LISTED: Final = tuple(field.name for field in fields(ListedDevice) if field.name != "home_label")


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

    def devices(self, after: str, limit: int, sight: Sight = WHOLE) -> Sequence[ListedDevice]:
        query = listed().where(devices.c.id > after, device_seen(sight)).order_by(devices.c.id).limit(limit)
        with reading(self._engine) as connection:
            return [to_device(row) for row in connection.execute(query)]

    def device(self, device_id: str) -> ListedDevice | None:
        with reading(self._engine) as connection:
            row = connection.execute(listed().where(devices.c.id == device_id)).first()
        return to_device(row) if row is not None else None

    def history(self, subject: str, subject_id: str, before: int | None, limit: int) -> Sequence[HistoryLine]:
        query = of_home(subject_id) if subject == "home" else of_subject(subject, subject_id)
        with reading(self._engine) as connection:
            return lines(query, connection, before, limit)


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

    def tell(self, changes: Sequence[Change]) -> None:
        tell(self._connection, changes)

    def commit(self) -> None:
        self._connection.commit()


def listed() -> Select[Any]:
    """Devices with their homes' names, without their secrets."""
    columns = [devices.c[name] for name in _LISTED]
    return select(*columns, homes.c.label.label("home_label")).join(homes, isouter=True)


def to_device(row: Row[Any]) -> ListedDevice:
    """The device of a row of `listed`."""
    values = {**row._mapping, "state": DeviceState(row.state)}
    return ListedDevice(**values)
