"""Test windows on SQLAlchemy: kept for ever, and the latest beside the device where a press reads it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Engine, insert, or_, select, update

from backend.adapters.db.access import at_home_seen
from backend.adapters.db.alarm_store import AlarmSql
from backend.adapters.db.engine import is_sqlite, reading, writing
from backend.adapters.db.registry import devices
from backend.adapters.db.registry_devices import DeviceSql
from backend.adapters.db.registry_history import MakeOrders
from backend.adapters.db.registry_records import windows
from backend.domain.access.sight import WHOLE, Sight
from backend.domain.alert.testing import TestWindow
from backend.services.alarm.confirm_test import ConfirmTransaction
from backend.services.alarm.ports import Clock
from backend.services.registry.test_window import OpenedWindow, WindowTransaction

_WINDOW: Final = select(*(windows.c[field.name] for field in fields(OpenedWindow)))


class WindowSql(DeviceSql):
    """`WindowTransaction` on one connection."""

    def window(self, window_id: str) -> OpenedWindow | None:
        row = self._db.execute(_WINDOW.where(windows.c.id == window_id)).mappings().first()
        return OpenedWindow(**row) if row is not None else None

    def open_windows(self, device_id: str, now: datetime) -> Sequence[OpenedWindow]:
        query = _WINDOW.where(windows.c.device_id == device_id, _open(now))
        return [OpenedWindow(**row) for row in self._db.execute(query).mappings()]

    def put_window(self, window: OpenedWindow) -> None:
        row = asdict(window)
        if self.window(window.id) is None:
            self._db.execute(insert(windows).values(row))
        else:
            self._db.execute(update(windows).where(windows.c.id == window.id).values(row))

    def set_test(self, device_id: str, window: TestWindow | None) -> None:
        values: dict[str, Any] = {"test_window_id": None, "test_from": None, "test_until": None}
        if window is not None:
            values = {"test_window_id": window.id, "test_from": window.opens_at, "test_until": window.until}
        self._db.execute(update(devices).where(devices.c.id == device_id).values(values))


def _open(now: datetime) -> ColumnElement[bool]:
    return windows.c.ended_at.is_(None) & (windows.c.opened_at <= now) & (windows.c.until > now)


@dataclass(frozen=True, slots=True)
class WindowSqlStore:
    """`WindowStore` on an engine."""

    engine: Engine
    clock: Clock
    orders: MakeOrders

    @contextmanager
    def begin(self) -> Iterator[WindowTransaction]:
        with writing(self.engine) as connection:
            yield WindowSql(connection, self.clock, is_sqlite(self.engine), self.orders(connection))

    def windows(self, now: datetime, sight: Sight = WHOLE) -> Sequence[OpenedWindow]:
        query = _WINDOW.where(_open(now), at_home_seen(windows.c.home_id, sight)).order_by(
            windows.c.until, windows.c.id
        )
        with reading(self.engine) as connection:
            return [OpenedWindow(**row) for row in connection.execute(query).mappings()]


class ConfirmSql(AlarmSql):
    """`ConfirmTransaction` on one connection."""

    def opened_by(self, device_id: str, staff_id: str, at: datetime) -> bool:
        query = select(windows.c.id).where(
            windows.c.device_id == device_id,
            windows.c.opened_by == staff_id,
            windows.c.opened_at <= at,
            windows.c.until > at,
            or_(windows.c.ended_at.is_(None), windows.c.ended_at >= at),
        )
        return self._db.execute(query.limit(1)).first() is not None


@dataclass(frozen=True, slots=True)
class ConfirmSqlStore:
    """`ConfirmStore` on an engine."""

    engine: Engine
    clock: Clock

    @contextmanager
    def begin(self) -> Iterator[ConfirmTransaction]:
        with writing(self.engine) as connection:
            yield ConfirmSql(connection, self.clock, is_sqlite(self.engine))
