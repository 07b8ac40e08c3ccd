"""Time series in the telemetry file: how readings are kept, and which of them is the latest."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from backend.adapters.telemetry.database import TelemetryDatabase
from backend.services.telemetry.ports import DeviceReading, StoreHealth, TelemetryAway
from contract.metrics import METRICS

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_FAR_LIMIT: Final = 2**62
CHUNK: Final = 500
"""Ids per statement: below SQLite's limit of variables."""

_PUT_POINT: Final = """
INSERT INTO points (series_id, at, value, received) VALUES (?, ?, ?, ?)
ON CONFLICT (series_id, at) DO UPDATE SET value = excluded.value, received = max(points.received, excluded.received)"""

# The order is that of DeviceReading.rank. The latest receipt of copies is kept, so that no rank ever falls.
_PUT_LATEST: Final = """
INSERT INTO latest (series_id, at, value, received) VALUES (?, ?, ?, ?)
ON CONFLICT (series_id) DO UPDATE SET at = excluded.at, value = excluded.value,
    received = CASE WHEN excluded.at = latest.at THEN max(latest.received, excluded.received) ELSE excluded.received END
WHERE (min(excluded.at, excluded.received), excluded.at) >= (min(latest.at, latest.received), latest.at)
   OR excluded.at = latest.at"""

_RESTORE_LATEST: Final = """
INSERT INTO latest (series_id, at, value, received)
SELECT series_id, at, value, received FROM points WHERE series_id = ?
ORDER BY min(at, received) DESC, at DESC LIMIT 1"""


def micros(moment: datetime) -> int:
    """A moment as the file keeps it: microseconds since 1970."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def moment(value: int) -> datetime:
    """The moment of so many microseconds since 1970."""
    return _EPOCH + timedelta(microseconds=value)


def chunks(ids: Collection[str]) -> Iterable[list[str]]:
    """`ids` in lists of at most `CHUNK`."""
    ordered = sorted(ids)
    return (ordered[start : start + CHUNK] for start in range(0, len(ordered), CHUNK))


class SqliteTelemetryStore:
    """`TelemetryStore` on the telemetry file. Several processes may read and write it."""

    def __init__(self, database: TelemetryDatabase, monotonic: Callable[[], float]) -> None:
        self._database = database
        self._monotonic = monotonic
        self._series: dict[tuple[str, str], int] = {}

    def write(self, readings: Sequence[DeviceReading]) -> None:
        """All or nothing."""
        with self._database.writing() as connection:
            ids = self._series_ids(connection, {(reading.device_id, reading.metric) for reading in readings})
            rows = [
                (
                    ids[reading.device_id, reading.metric],
                    round(reading.at * 1e6),
                    float(reading.value),
                    micros(reading.received_at),
                )
                for reading in readings
            ]
            connection.executemany(_PUT_POINT, rows)
            connection.executemany(_PUT_LATEST, rows)
        # Only now: an id of a transaction that failed may be given to another series.
        self._series.update(ids)

    def range(self, device_id: str, metric: str, start: float, end: float, limit: int) -> list[DeviceReading]:
        """The oldest `limit` readings in `start` <= at < `end`, in order of time."""
        with self._database.reading() as connection:
            rows = connection.execute(
                """SELECT s.device_id, s.metric, p.at, p.value, p.received FROM series s JOIN points p
                   ON p.series_id = s.id WHERE s.device_id = ? AND s.metric = ? AND p.at >= ? AND p.at < ?
                   ORDER BY p.at LIMIT ?""",
                (device_id, metric, _bound(start), _bound(end), limit),
            ).fetchall()
        return [_reading(row) for row in rows]

    def latest(self, device_id: str) -> list[DeviceReading]:
        """The newest reading of each metric, by metric."""
        return self.latest_many((device_id,)).get(device_id, [])

    def latest_many(self, device_ids: Collection[str]) -> Mapping[str, list[DeviceReading]]:
        """The newest readings of many devices."""
        found: dict[str, list[DeviceReading]] = {}
        with self._database.reading() as connection:
            for ids in chunks(device_ids):
                marks = ",".join("?" * len(ids))
                rows = connection.execute(
                    f"""SELECT s.device_id, s.metric, l.at, l.value, l.received FROM series s JOIN latest l
                        ON l.series_id = s.id WHERE s.device_id IN ({marks}) ORDER BY s.device_id, s.metric""",  # noqa: S608 - question marks only
                    ids,
                )
                for row in rows:
                    found.setdefault(row[0], []).append(_reading(row))
        return found

    def delete(self, device_id: str, start: float, end: float) -> int:
        """Forget the device's readings of the span; what is left decides which are its latest."""
        with self._database.writing() as connection:
            series = connection.execute("SELECT id FROM series WHERE device_id = ?", (device_id,)).fetchall()
            deleted = 0
            for (series_id,) in series:
                span = (series_id, _bound(start), _bound(end))
                gone = connection.execute("DELETE FROM points WHERE series_id = ? AND at >= ? AND at < ?", span)
                deleted += gone.rowcount
                connection.execute("DELETE FROM latest WHERE series_id = ?", (series_id,))
                connection.execute(_RESTORE_LATEST, (series_id,))
        return deleted

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


def _bound(seconds: float) -> int:
    """Epoch seconds as microseconds, infinities included."""
    return round(max(-_FAR_LIMIT / 1e6, min(seconds, _FAR_LIMIT / 1e6)) * 1e6)


def _reading(row: tuple[str, str, int, float, int]) -> DeviceReading:
    device_id, metric, at, value, received = row
    known = METRICS.get(metric)
    is_boolean = known is not None and known.kind == "boolean"
    return DeviceReading(device_id, metric, at / 1e6, bool(value) if is_boolean else value, moment(received))
