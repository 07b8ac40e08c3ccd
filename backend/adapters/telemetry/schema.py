"""The tables of the telemetry file, and how a file of an older version becomes one of this version.

Times are microseconds since 1970. The key is the order of the file, so a window of one series is one read.
"""

from __future__ import annotations

import sqlite3
from typing import Final

from backend.adapters.telemetry.units import HOUR

_ROLL_UP: Final = """(
    series_id INTEGER NOT NULL, start INTEGER NOT NULL, low REAL NOT NULL, total REAL NOT NULL, high REAL NOT NULL,
    count INTEGER NOT NULL, PRIMARY KEY (series_id, start)) WITHOUT ROWID"""

_FIRST: Final = (
    """CREATE TABLE series (
        id INTEGER PRIMARY KEY, device_id TEXT NOT NULL, metric TEXT NOT NULL, UNIQUE (device_id, metric))""",
    """CREATE TABLE points (
        series_id INTEGER NOT NULL, at INTEGER NOT NULL, value REAL NOT NULL, received INTEGER NOT NULL,
        PRIMARY KEY (series_id, at)) WITHOUT ROWID""",
    """CREATE TABLE latest (
        series_id INTEGER PRIMARY KEY, at INTEGER NOT NULL, value REAL NOT NULL, received INTEGER NOT NULL)""",
    """CREATE TABLE device_status (
        device_id TEXT PRIMARY KEY, state TEXT, boot INTEGER, at INTEGER, firmware TEXT, battery REAL, rssi REAL,
        heard_at INTEGER, last_seen INTEGER) WITHOUT ROWID""",
)

_ROLL_UPS: Final = (
    f"CREATE TABLE minutes {_ROLL_UP}",
    f"CREATE TABLE hours {_ROLL_UP}",
    # Hours whose roll-ups do not say what the points say: to be made again, and until then read from the points.
    """CREATE TABLE stale_hours (
        series_id INTEGER NOT NULL, start INTEGER NOT NULL, PRIMARY KEY (series_id, start)) WITHOUT ROWID""",
    f"""INSERT INTO stale_hours SELECT DISTINCT series_id, at - (at % {HOUR} + {HOUR}) % {HOUR} FROM points""",  # noqa: S608 - a constant
    # Before this moment points have expired, so roll-ups there can no longer be made again. One row.
    "CREATE TABLE horizon (raw_from INTEGER NOT NULL)",
    f"INSERT INTO horizon VALUES ({-(2**62)})",  # noqa: S608 - a constant
)

_RETAINED: Final = (
    # The clock by which was forgotten last: one that jumps ahead is not believed (believed_clock.py). At most one row.
    "CREATE TABLE retained (at INTEGER NOT NULL)",
)

_STEPS: Final = (_FIRST, _ROLL_UPS, _RETAINED)
"""What leads from version n to version n + 1."""
VERSION: Final = len(_STEPS)


def bring_up_to_date(connection: sqlite3.Connection) -> None:
    """Run every step that the file has not seen, in one transaction; a file of a newer version is refused."""
    if connection.execute("PRAGMA user_version").fetchone()[0] == VERSION:
        return
    connection.execute("BEGIN IMMEDIATE")
    # Another process may have been quicker: look again under the lock.
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > VERSION:
        raise sqlite3.DatabaseError(f"the telemetry file is of a newer version ({version})")
    for step in _STEPS[version:]:
        for statement in step:
            connection.execute(statement)
    connection.execute(f"PRAGMA user_version={VERSION}")
    connection.execute("COMMIT")
