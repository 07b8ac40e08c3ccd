"""Roll-ups to minutes and hours: which of them are stale, how they are made again, and how windows are read from them.

A write only marks its hours as stale. A stale hour is read from its points, so an answer is right at any moment; a
tick makes the roll-ups of hours that are over, once each instead of at every reading.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from typing import Final

from backend.adapters.telemetry.database import TelemetryDatabase
from backend.adapters.telemetry.units import HOUR, MINUTE, ceiling, floor
from backend.services.telemetry.ports import Window

GRACE: Final = 5 * MINUTE
"""An hour is rolled up so long after its end: most of what is under way has come by then."""

HOURS_AT_ONCE: Final = 200
"""Hours of series per transaction: some twenty milliseconds."""

Bucket = tuple[int, float, float, float, int]
"""start, low, total, high, count."""

# Twice the remainder: before 1970 SQLite's is negative.
_BUCKETS: Final = """
SELECT at - (at % :width + :width) % :width AS start, min(value), sum(value), max(value), count(*)
FROM points WHERE series_id = :series AND at >= :start AND at < :end GROUP BY 1 ORDER BY 1"""

_ROLLED_UP: Final = """
SELECT start - (start % :width + :width) % :width AS first, min(low), sum(total), max(high), sum(count)
FROM {table} WHERE series_id = :series AND start >= :start AND start < :end
AND start - (start % :hour + :hour) % :hour NOT IN (
    SELECT stale.start FROM stale_hours AS stale WHERE stale.series_id = :series)
GROUP BY 1 ORDER BY 1"""


def raw_from(connection: sqlite3.Connection) -> int:
    """Before this moment points have expired; a whole hour."""
    return int(connection.execute("SELECT raw_from FROM horizon").fetchone()[0])


def points_changed(connection: sqlite3.Connection, places: Iterable[tuple[int, int]]) -> None:
    """These (series, time) were written in this transaction."""
    horizon = raw_from(connection)
    hours = {(series_id, floor(at, HOUR)) for series_id, at in places}
    marks = [hour for hour in hours if hour[1] >= horizon]
    connection.executemany("INSERT OR IGNORE INTO stale_hours VALUES (?, ?)", marks)
    for series_id, start in hours.difference(marks):
        # The points of that time have expired, so what was rolled up of them stands: only what is missing is added.
        _make(connection, series_id, start, "IGNORE")


def roll_up_hour(connection: sqlite3.Connection, series_id: int, start: int) -> None:
    """Make the roll-ups of one hour again from its points; it is no longer stale."""
    span = (series_id, start, start + HOUR)
    for table in ("minutes", "hours"):
        connection.execute(f"DELETE FROM {table} WHERE series_id = ? AND start >= ? AND start < ?", span)  # noqa: S608 - constants
    _make(connection, series_id, start, "REPLACE")
    connection.execute("DELETE FROM stale_hours WHERE series_id = ? AND start = ?", (series_id, start))


def roll_up_stale(database: TelemetryDatabase, now: int) -> int:
    """Roll up some of the stale hours that are over (or wrongly in the future); says how many, 0 when none is left."""
    with database.writing() as connection:
        hours = connection.execute(
            "SELECT series_id, start FROM stale_hours WHERE start <= ? OR start > ? LIMIT ?",
            (now - HOUR - GRACE, now, HOURS_AT_ONCE),
        ).fetchall()
        for series_id, start in hours:
            roll_up_hour(connection, series_id, start)
    return len(hours)


def expire_points(database: TelemetryDatabase, moment: int) -> None:
    """From now on the points before `moment` (a whole hour) may go: everything of them is rolled up, and stays so."""
    done = False
    while not done:
        with database.writing() as connection:
            hours = connection.execute(
                "SELECT series_id, start FROM stale_hours WHERE start < ? LIMIT ?", (moment, HOURS_AT_ONCE)
            ).fetchall()
            for series_id, start in hours:
                roll_up_hour(connection, series_id, start)
            done = not hours
            if done:
                connection.execute("UPDATE horizon SET raw_from = max(raw_from, ?)", (moment,))


def take_back(database: TelemetryDatabase, moment: int) -> None:
    """The horizon was made by a clock that was wrong: points from `moment` on (a whole hour) count again.

    An hour whose roll-up knows of more points than are left stands: those points were deleted.
    """
    with database.writing() as connection:
        connection.execute(
            """INSERT OR IGNORE INTO stale_hours SELECT series_id, hour FROM (
                SELECT series_id, at - (at % :hour + :hour) % :hour AS hour, count(*) AS points FROM points
                WHERE at >= :moment AND at < :horizon GROUP BY 1, 2) AS found
            WHERE points >= coalesce((SELECT count FROM hours WHERE hours.series_id = found.series_id
                AND hours.start = found.hour), 0)""",
            {"hour": HOUR, "moment": moment, "horizon": raw_from(connection)},
        )
        connection.execute("UPDATE horizon SET raw_from = min(raw_from, ?)", (moment,))


def cut_expired_hour(connection: sqlite3.Connection, series_id: int, hour: int, start: int, end: int) -> None:
    """Take the span out of an hour whose points have expired: minutes that it touches, the hour made of the rest."""
    gone = (series_id, max(hour, floor(start, MINUTE)), min(hour + HOUR, end))
    connection.execute("DELETE FROM minutes WHERE series_id = ? AND start >= ? AND start < ?", gone)
    connection.execute("DELETE FROM hours WHERE series_id = ? AND start = ?", (series_id, hour))
    connection.execute(
        """INSERT INTO hours SELECT series_id, ?, min(low), sum(total), max(high), sum(count)
           FROM minutes WHERE series_id = ? AND start >= ? AND start < ? GROUP BY series_id""",
        (hour, series_id, hour, hour + HOUR),
    )


def windows(connection: sqlite3.Connection, series_id: int, start: int, end: int, width: int) -> list[Window]:
    """`TelemetryStore.windows` of one series, all in microseconds."""
    start, end = floor(start, width), ceiling(end, width)
    if width % MINUTE:
        return [_window(bucket) for bucket in _buckets(connection, series_id, start, end, width)]
    found: dict[int, Bucket] = {}
    for bucket in _from_roll_ups(connection, series_id, start, end, width):
        known = found.get(bucket[0])
        found[bucket[0]] = bucket if known is None else _together(known, bucket)
    return [_window(found[first]) for first in sorted(found)]


def _from_roll_ups(
    connection: sqlite3.Connection, series_id: int, start: int, end: int, width: int
) -> Iterator[Bucket]:
    table = "minutes" if width % HOUR else "hours"
    span = {"series": series_id, "start": start, "end": end, "width": width, "hour": HOUR}
    yield from connection.execute(_ROLLED_UP.format(table=table), span)
    stale = connection.execute(
        "SELECT start FROM stale_hours WHERE series_id = ? AND start >= ? AND start < ? ORDER BY start",
        (series_id, floor(start, HOUR), end),
    ).fetchall()
    for (hour,) in stale:
        yield from _buckets(connection, series_id, max(hour, start), min(hour + HOUR, end), width)


def _buckets(connection: sqlite3.Connection, series_id: int, start: int, end: int, width: int) -> list[Bucket]:
    span = {"series": series_id, "start": start, "end": end, "width": width}
    return connection.execute(_BUCKETS, span).fetchall()


def _make(connection: sqlite3.Connection, series_id: int, start: int, where_one_is: str) -> None:
    minutes = _buckets(connection, series_id, start, start + HOUR, MINUTE)
    _put(connection, "minutes", series_id, minutes, where_one_is)
    if minutes:
        whole = minutes[0]
        for minute in minutes[1:]:
            whole = _together(whole, minute)
        _put(connection, "hours", series_id, [(start, *whole[1:])], where_one_is)


def _put(connection: sqlite3.Connection, table: str, series_id: int, buckets: list[Bucket], where_one_is: str) -> None:
    connection.executemany(
        f"INSERT OR {where_one_is} INTO {table} VALUES (?, ?, ?, ?, ?, ?)",  # noqa: S608 - constants
        [(series_id, *bucket) for bucket in buckets],
    )


def _together(one: Bucket, other: Bucket) -> Bucket:
    return one[0], min(one[1], other[1]), one[2] + other[2], max(one[3], other[3]), one[4] + other[4]


def _window(bucket: Bucket) -> Window:
    start, low, total, high, count = bucket
    # A sum is rounded: the mean of equal values must not lie beside them.
    return Window(start / 1e6, low, max(low, min(total / count, high)), high, count)
