"""Deliveries, claims and what labels show on SQLAlchemy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Final

from sqlalchemy import Engine, insert, select, update
from sqlalchemy.exc import IntegrityError

from backend.adapters.db.engine import is_sqlite, reading, writing
from backend.adapters.db.registry import devices
from backend.adapters.db.registry_devices import DeviceSql
from backend.adapters.db.registry_history import MakeOrders
from backend.adapters.db.registry_records import batches, claims
from backend.domain.registry.lifecycle import DeviceState
from backend.services.alarm.ports import Clock
from backend.services.registry.ports import Device
from backend.services.registry.print_labels import Labelled
from backend.services.registry.refusals import RegistryRefusal, RegistryRefused
from backend.services.registry.register_batch import Claim, ClaimTransaction

_CLAIM: Final = select(*(claims.c[field.name] for field in fields(Claim)))


class ClaimSql(DeviceSql):
    """`ClaimTransaction` on one connection."""

    def batch(self, batch_id: str) -> str | None:
        return self._db.scalar(select(batches.c.label).where(batches.c.id == batch_id).with_for_update())

    def add_batch(self, batch_id: str, label: str, now: datetime, by: str) -> None:
        self._db.execute(insert(batches).values(id=batch_id, label=label, created_at=now, created_by=by))

    def claim(self, device_id: str) -> Claim | None:
        query = _CLAIM.where(claims.c.device_id == device_id).with_for_update()
        row = self._db.execute(query).mappings().first()
        return Claim(**row) if row is not None else None

    def put_claim(self, claim: Claim) -> None:
        row = asdict(claim)
        changed = self._db.execute(update(claims).where(claims.c.device_id == claim.device_id).values(row))
        if not changed.rowcount:
            self._db.execute(insert(claims).values(row))

    def add_device(self, device: Device) -> None:
        self._db.execute(insert(devices).values({**asdict(device), "state": device.state.value}))

    def set_secret(self, device_id: str, secret_hash: str) -> None:
        self._db.execute(update(devices).where(devices.c.id == device_id).values(secret_hash=secret_hash))

    def set_state(self, device_id: str, state: DeviceState, now: datetime) -> None:
        values = {"state": state.value, "state_since": now, "state_reason": None}
        self._db.execute(update(devices).where(devices.c.id == device_id).values(values))


@dataclass(frozen=True, slots=True)
class ClaimSqlStore:
    """`ClaimStore` and `LabelReader` on an engine."""

    engine: Engine
    clock: Clock
    orders: MakeOrders

    @contextmanager
    def begin(self) -> Iterator[ClaimTransaction]:
        """Raises `RegistryRefused` where two requests make the same rows at once: the later one tries again."""
        try:
            with writing(self.engine) as connection:
                yield ClaimSql(connection, self.clock, is_sqlite(self.engine), self.orders(connection))
        except IntegrityError:
            raise RegistryRefused(RegistryRefusal.CONFLICT) from None

    def labelled(self, device_ids: Sequence[str]) -> Mapping[str, Labelled]:
        registered = select(devices.c.id, devices.c.model).where(devices.c.id.in_(device_ids))
        listed = _CLAIM.where(claims.c.device_id.in_(device_ids))
        with reading(self.engine) as connection:
            models = {row.id: row.model for row in connection.execute(registered)}
            found = {row["device_id"]: Claim(**row) for row in connection.execute(listed).mappings()}
        return {
            device_id: Labelled(
                device_id,
                models.get(device_id) or (found[device_id].model if device_id in found else None),
                found[device_id].claim_sha256 if device_id in found else None,
                device_id in found and found[device_id].claimed_at is not None,
            )
            for device_id in {*models, *found}
        }
