"""Changes of devices on SQLAlchemy."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Engine, select, update

from backend.adapters.db.engine import is_sqlite, writing
from backend.adapters.db.registry import devices, homes, residents
from backend.adapters.db.registry_history import MakeOrders, RegistrySql
from backend.adapters.db.registry_records import claims, commissionings, history
from backend.adapters.db.registry_store import VOID, listed, to_device
from backend.domain.registry.history import ChangeKind, Subject
from backend.domain.registry.lifecycle import DeviceState
from backend.services.alarm.ports import Clock
from backend.services.registry.ports import DeviceTransaction, ListedDevice

_KEPT: Final = ("id", "kind", "synthetic", "created_at", "test_until", "batch_id", "home_label")
"""What a change leaves as it is."""
_NO_TEST: Final = {"test_window_id": None, "test_from": None, "test_until": None}


def device_row(device: ListedDevice) -> dict[str, Any]:
    """The columns of `devices` that a change may write."""
    values = {name: getattr(device, name) for name in ListedDevice.__slots__ if name not in _KEPT}
    return {**values, "state": device.state.value}


class DeviceSql(RegistrySql):
    """`DeviceTransaction` on one connection."""

    def device(self, device_id: str) -> ListedDevice | None:
        query = listed().where(devices.c.id == device_id).with_for_update(of=devices, key_share=True)
        row = self._db.execute(query).first()
        return to_device(row) if row is not None else None

    def save(self, device: ListedDevice) -> None:
        values = device_row(device) if device.test_until is not None else {**device_row(device), **_NO_TEST}
        self._db.execute(update(devices).where(devices.c.id == device.id).values(values))

    def void_secret(self, device_id: str) -> None:
        self._db.execute(update(devices).where(devices.c.id == device_id).values(secret_hash=VOID))

    def knows_home(self, home_id: str) -> bool:
        return self._db.execute(select(homes.c.id).where(homes.c.id == home_id)).first() is not None

    def lives_in(self, resident_id: str, home_id: str) -> bool:
        query = select(residents.c.id).where(residents.c.id == resident_id, residents.c.home_id == home_id)
        return self._db.execute(query).first() is not None

    def retire_lobby(self, device_id: str, now: datetime) -> None:
        lobby = select(claims.c.lobby_id).where(claims.c.device_id == device_id).scalar_subquery()
        values = {"state": DeviceState.RETIRED.value, "state_since": now, "secret_hash": VOID}
        self._db.execute(update(devices).where(devices.c.id == lobby).values(values))

    def replaced_by(self, device_id: str) -> str | None:
        query = (
            select(history.c.after)
            .where(
                history.c.subject == str(Subject.DEVICE),
                history.c.subject_id == device_id,
                history.c.kind == str(ChangeKind.SWAPPED_OUT),
            )
            .order_by(history.c.id.desc())
            .limit(1)
        )
        after = self._db.scalar(query)
        return after.get("replaced_by") if after is not None else None

    def signed_off(self, home_id: str, since: datetime | None) -> bool:
        query = select(commissionings.c.id).where(commissionings.c.home_id == home_id)
        if since is not None:
            query = query.where(commissionings.c.at >= since)
        return self._db.execute(query.limit(1)).first() is not None


@dataclass(frozen=True, slots=True)
class DeviceSqlStore:
    """`DeviceStore` on an engine."""

    engine: Engine
    clock: Clock
    orders: MakeOrders

    @contextmanager
    def begin(self) -> Iterator[DeviceTransaction]:
        with writing(self.engine) as connection:
            yield DeviceSql(connection, self.clock, is_sqlite(self.engine), self.orders(connection))
