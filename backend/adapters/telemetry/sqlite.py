"""Time series in the telemetry file: how readings are written, read, exported and forgotten."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from backend.adapters.telemetry.database import TelemetryDatabase
from backend.adapters.telemetry.forgetting import forget_device
from backend.adapters.telemetry.latest import put_latest, select_latest
from backend.adapters.telemetry.retaining import Retaining
from backend.adapters.telemetry.rollups import points_changed, roll_up_stale, windows
from backend.adapters.telemetry.units import bound, chunks, micros, moment
from backend.services.telemetry.ports import DeviceReading, StoreHealth, TelemetryAway, Window
from backend.services.telemetry.retention import Retention
from contract.metrics import METRICS

PAGE: Final = 5_000
"""Readings of an export per transaction: a long one would keep the log beside the file from being emptied."""
_BEFORE_ALL: Final = -(2**62)
_BOOLEANS: Final = frozenset(metric.name for metric in METRICS.values() if metric.kind == "boolean")

_PUT_POINT: Final = """
INSERT INTO points (series_id, at, value, received) VALUES (?, ?, ?, ?)
ON CONFLICT (series_id, at) DO UPDATE SET value = excluded.value, received = max(points.received, excluded.received)"""


class SqliteTelemetryStore:
    """`TelemetryStore` on the telemetry file. Several processes may read and write it."""

    def __init__(
        self, database: TelemetryDatabase, monotonic: Callable[[], float], retention: Retention | None = None
    ) -> None:
        self._database = database
        self._monotonic = monotonic
        self._retaining = Retaining(database, retention or Retention(), monotonic)
        self._series: dict[tuple[str, str], int] = {}

    def write(self, readings: Sequence[DeviceReading]) -> None:
        """All or nothing; roll-ups of the hours written to are stale from here on."""
        self._database.spare_the_disk()
        with self._database.writing() as connection:
            ids = self._series_ids(connection, {(reading.device_id, reading.metric) for reading in readings})
            # What came together was received together: each moment is written once.
            received = {moment: micros(moment) for moment in {reading.received_at for reading in readings}}
            rows = [
                (
                    ids[reading.device_id, reading.metric],
                    round(reading.at * 1e6),
                    float(reading.value),
                    received[reading.received_at],
                )
                for reading in readings
            ]
            connection.executemany(_PUT_POINT, rows)
            put_latest(connection, rows)
            points_changed(connection, ((row[0], row[1]) for row in rows))
        # Only now: an id of a transaction that failed may be given to another series.
        self._series.update(ids)

    def range(self, device_id: str, metric: str, start: float, end: float, limit: int) -> list[DeviceReading]:
        """The oldest `limit` readings in `start` <= at < `end`, in order of time."""
        with self._database.reading() as connection:
            series_id = _series_id(connection, device_id, metric)
            rows = connection.execute(
                "SELECT at, value, received FROM points WHERE series_id = ? AND at >= ? AND at < ? ORDER BY at LIMIT ?",
                (series_id, bound(start), bound(end), limit),
            ).fetchall()
        return [_reading(device_id, metric, *row) for row in rows]

    def windows(self, device_id: str, metric: str, start: float, end: float, seconds: int) -> list[Window]:
        """The span in windows of `seconds`, whole ones, from roll-ups where these are as fine as asked."""
        with self._database.reading() as connection:
            series_id = _series_id(connection, device_id, metric)
            if series_id is None:
                return []
            return windows(connection, series_id, bound(start), bound(end), seconds * 1_000_000)

    def device_windows(self, device_id: str, start: float, end: float, seconds: int) -> dict[str, list[Window]]:
        """The same of all metrics, at one moment."""
        span = (bound(start), bound(end), seconds * 1_000_000)
        with self._database.reading() as connection:
            series = connection.execute("SELECT metric, id FROM series WHERE device_id = ?", (device_id,)).fetchall()
            found = {metric: windows(connection, series_id, *span) for metric, series_id in series}
        return {metric: of for metric, of in found.items() if of}

    def latest(self, device_id: str) -> list[DeviceReading]:
        """The newest reading of each metric, by metric."""
        return self.latest_many((device_id,)).get(device_id, [])

    def latest_many(self, device_ids: Collection[str]) -> Mapping[str, list[DeviceReading]]:
        """The newest readings of many devices."""
        found: dict[str, list[DeviceReading]] = {}
        moments: dict[int, datetime] = {}  # what came together was received together: made once
        with self._database.reading() as connection:
            for ids in chunks(device_ids):
                for device_id, metric, at, value, received in select_latest(connection, ids):
                    when = moments.get(received) or moments.setdefault(received, moment(received))
                    exact = bool(value) if metric in _BOOLEANS else value
                    found.setdefault(device_id, []).append(DeviceReading(device_id, metric, at / 1e6, exact, when))
        return found

    def delete(self, device_id: str, start: float, end: float) -> int:
        """Forget the device's readings of the span; what is left decides which are its latest."""
        return forget_device(self._database, device_id, bound(start), bound(end))

    def export(self, device_id: str) -> Iterator[DeviceReading]:
        """All readings of the device, by metric and time, in pages."""
        with self._database.reading() as connection:
            series = connection.execute(
                "SELECT id, metric FROM series WHERE device_id = ? ORDER BY metric", (device_id,)
            ).fetchall()
        for series_id, metric in series:
            for at, value, received in self._pages(series_id):
                yield _reading(device_id, metric, at, value, received)

    def _pages(self, series_id: int) -> Iterator[tuple[int, float, int]]:
        after: int | None = _BEFORE_ALL
        while after is not None:
            with self._database.reading() as connection:
                rows = connection.execute(
                    "SELECT at, value, received FROM points WHERE series_id = ? AND at > ? ORDER BY at LIMIT ?",
                    (series_id, after, PAGE),
                ).fetchall()
            yield from rows
            after = rows[-1][0] if len(rows) == PAGE else None

    def retain(self, now: float) -> None:
        """Forget what is older than its retention, in whole hours; a clock that jumped ahead deletes nothing."""
        self._retaining(now)

    def roll_up(self, now: float) -> int:
        """Make roll-ups of some hours that are over; says of how many, 0 when all are made. Raises `TelemetryAway`."""
        return roll_up_stale(self._database, bound(now))

    def health(self) -> StoreHealth:
        """Whether a writing transaction can be had, and how long that takes."""
        started = self._monotonic()
        try:
            with self._database.writing() as connection:
                connection.execute("SELECT count(*) FROM (SELECT 1 FROM series LIMIT 1)").fetchone()
        except TelemetryAway as away:
            return StoreHealth(False, (self._monotonic() - started) * 1000, str(away)[:200])
        return StoreHealth(True, (self._monotonic() - started) * 1000)

    def _series_ids(self, connection: sqlite3.Connection, keys: set[tuple[str, str]]) -> dict[tuple[str, str], int]:
        ids = {key: self._series[key] for key in keys if key in self._series}
        for key in keys - ids.keys():
            connection.execute("INSERT INTO series (device_id, metric) VALUES (?, ?) ON CONFLICT DO NOTHING", key)
            row = connection.execute("SELECT id FROM series WHERE device_id = ? AND metric = ?", key).fetchone()
            ids[key] = row[0]
        return ids


def _series_id(connection: sqlite3.Connection, device_id: str, metric: str) -> int | None:
    row = connection.execute("SELECT id FROM series WHERE device_id = ? AND metric = ?", (device_id, metric)).fetchone()
    return None if row is None else row[0]


def _reading(device_id: str, metric: str, at: int, value: float, received: int) -> DeviceReading:
    exact = bool(value) if metric in _BOOLEANS else value
    return DeviceReading(device_id, metric, at / 1e6, exact, moment(received))
