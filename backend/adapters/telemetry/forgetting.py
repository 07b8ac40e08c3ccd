"""How readings are forgotten: a device's on demand, everybody's when their time is over.

In slices with a transaction each, so that years that go never hold up what comes in. Where a process dies in between,
the same call again does the rest.
"""

from __future__ import annotations

import sqlite3
from typing import Final

from backend.adapters.telemetry.database import TelemetryDatabase
from backend.adapters.telemetry.rollups import cut_expired_hour, expire_points, raw_from, roll_up_hour
from backend.adapters.telemetry.units import HOUR, ceiling, floor

SLICE: Final = 5_000
"""Rows per transaction: some ten milliseconds."""
_FAR: Final = -(2**62)

_KEYS: Final = {"points": "at", "minutes": "start", "hours": "start"}

_RESTORE_LATEST: Final = """
INSERT INTO latest (series_id, at, value, received)
SELECT series_id, at, value, received FROM points WHERE series_id = ?
ORDER BY min(at, received) DESC, at DESC LIMIT 1"""


def forget_device(database: TelemetryDatabase, device_id: str, start: int, end: int) -> int:
    """Forget the device's readings of the span, and what was rolled up of them; says how many readings it were."""
    with database.reading() as connection:
        series = connection.execute("SELECT id FROM series WHERE device_id = ?", (device_id,)).fetchall()
    deleted = 0
    for (series_id,) in series:
        deleted += _delete(database, "points", series_id, start, end)
        for table in ("minutes", "hours"):
            _delete(database, table, series_id, ceiling(start, HOUR), floor(end, HOUR))
        with database.writing() as connection:
            for hour in {floor(start, HOUR), floor(end, HOUR)}:
                _forget_in_hour(connection, series_id, hour, start, end)
            _forget_latest(connection, series_id, start, end)
    database.checkpoint()
    return deleted


def forget_expired(database: TelemetryDatabase, points: int, minutes: int, hours: int) -> None:
    """Forget points, minutes and hours from before these moments, which are whole hours."""
    expire_points(database, points)
    for table, moment in (("points", points), ("minutes", minutes), ("hours", hours)):
        for series_id in _with_rows_before(database, table, moment):
            _delete(database, table, series_id, _FAR, moment)
            if table == "points":
                with database.writing() as connection:
                    _forget_latest(connection, series_id, _FAR, moment)


def _with_rows_before(database: TelemetryDatabase, table: str, moment: int) -> list[int]:
    with database.reading() as connection:
        rows = connection.execute(
            f"""SELECT id FROM series WHERE EXISTS (
                SELECT 1 FROM {table} WHERE series_id = series.id AND {_KEYS[table]} < ?)""",  # noqa: S608 - constants
            (moment,),
        ).fetchall()
    return [series_id for (series_id,) in rows]


def _delete(database: TelemetryDatabase, table: str, series_id: int, start: int, end: int) -> int:
    key = _KEYS[table]
    deleted, at_once = 0, SLICE
    while at_once == SLICE:
        with database.writing() as connection:
            at_once = connection.execute(
                f"""DELETE FROM {table} WHERE series_id = ? AND {key} IN (
                    SELECT {key} FROM {table} WHERE series_id = ? AND {key} >= ? AND {key} < ? LIMIT ?)""",  # noqa: S608 - constants
                (series_id, series_id, start, end, SLICE),
            ).rowcount
        deleted += at_once
    return deleted


def _forget_in_hour(connection: sqlite3.Connection, series_id: int, hour: int, start: int, end: int) -> None:
    """An hour at an edge of the span is made again from what is left of it."""
    if hour >= raw_from(connection):
        roll_up_hour(connection, series_id, hour)
    else:
        cut_expired_hour(connection, series_id, hour, start, end)


def _forget_latest(connection: sqlite3.Connection, series_id: int, start: int, end: int) -> None:
    """What is left decides which is the latest."""
    span = (series_id, start, end)
    if connection.execute("DELETE FROM latest WHERE series_id = ? AND at >= ? AND at < ?", span).rowcount:
        connection.execute(_RESTORE_LATEST, (series_id,))
