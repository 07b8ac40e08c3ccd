"""Device statuses in the telemetry file: read, decided and written under one lock."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from backend.adapters.telemetry.database import TelemetryDatabase
from backend.adapters.telemetry.units import chunks, micros, moment
from backend.services.telemetry.ports import DeviceStatus, StatusReport
from backend.services.telemetry.status import decide

_COLUMNS: Final = "device_id, state, boot, at, firmware, battery, rssi, heard_at, last_seen"

_PUT: Final = f"INSERT OR REPLACE INTO device_status ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608 - constants only

_SEEN: Final = """
INSERT INTO device_status (device_id, last_seen) VALUES (?, ?)
ON CONFLICT (device_id) DO UPDATE SET last_seen = max(coalesce(device_status.last_seen, 0), excluded.last_seen)"""

_FORGET: Final = """
DELETE FROM device_status WHERE device_id = ? AND max(coalesce(last_seen, 0), coalesce(heard_at, 0)) <= ?"""


class SqliteDeviceStates:
    """`DeviceStateStore` on the telemetry file."""

    def __init__(self, database: TelemetryDatabase) -> None:
        self._database = database

    def apply(self, reports: Sequence[StatusReport]) -> None:
        """All or nothing, in their order; where the disk has room for alerts only, nothing."""
        self._database.spare_the_disk()
        with self._database.writing() as connection:
            known = _select(connection, {report.device_id for report in reports})
            for report in reports:
                _, known[report.device_id] = decide(known.get(report.device_id), report)
            connection.executemany(
                _PUT,
                [_row(status) for status in known.values()],
            )

    def seen(self, moments: Mapping[str, datetime]) -> None:
        """An earlier moment never rewrites a later one. The next sign of life makes up for one that is lost."""
        with self._database.writing(durable=False) as connection:
            connection.executemany(_SEEN, [(device_id, micros(at)) for device_id, at in moments.items()])

    def newest(self) -> datetime | None:
        """When any device was heard last."""
        with self._database.reading() as connection:
            return _moment(connection.execute("SELECT max(last_seen) FROM device_status").fetchone()[0])

    def forget(self, device_id: str, until: datetime | None) -> int:
        """`Forgets`: the status, unless the device was heard of after `until`. It is no reading, so 0."""
        with self._database.writing() as connection:
            connection.execute(_FORGET, (device_id, 2**62 if until is None else micros(until)))
        self._database.checkpoint()
        return 0

    def forget_many(self, device_ids: Collection[str]) -> None:
        """The statuses of all of these, whenever they were heard."""
        for ids in chunks(device_ids):
            marks = ",".join("?" * len(ids))
            with self._database.writing() as connection:
                connection.execute(f"DELETE FROM device_status WHERE device_id IN ({marks})", ids)  # noqa: S608 - question marks only
        self._database.checkpoint()

    def status(self, device_id: str) -> DeviceStatus | None:
        """The device's status, or None where it was never heard of."""
        return self.status_many((device_id,)).get(device_id)

    def status_many(self, device_ids: Collection[str]) -> Mapping[str, DeviceStatus]:
        """The statuses of those that were ever heard of."""
        with self._database.reading() as connection:
            return _select(connection, device_ids)


def _select(connection: sqlite3.Connection, device_ids: Collection[str]) -> dict[str, DeviceStatus]:
    found: dict[str, DeviceStatus] = {}
    for ids in chunks(device_ids):
        marks = ",".join("?" * len(ids))
        for row in connection.execute(f"SELECT {_COLUMNS} FROM device_status WHERE device_id IN ({marks})", ids):  # noqa: S608 - question marks only
            found[row[0]] = _status(row)
    return found


def _status(row: tuple[Any, ...]) -> DeviceStatus:
    device_id, state, boot, at, firmware, battery, rssi, heard_at, last_seen = row
    return DeviceStatus(
        device_id, state, boot, _moment(at), firmware, battery, rssi, _moment(heard_at), _moment(last_seen)
    )


def _row(status: DeviceStatus) -> tuple[Any, ...]:
    return (
        status.device_id,
        status.state,
        status.boot,
        _micros(status.at),
        status.firmware,
        status.battery,
        status.rssi,
        _micros(status.heard_at),
        _micros(status.last_seen),
    )


def _moment(value: int | None) -> datetime | None:
    return None if value is None else moment(value)


def _micros(value: datetime | None) -> int | None:
    return None if value is None else micros(value)
