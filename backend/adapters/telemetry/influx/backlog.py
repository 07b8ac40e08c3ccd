"""What waits on disk for InfluxDB, what it refused for good, which hours to roll up again, and the latest values."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from backend.adapters.telemetry.database import free_bytes
from backend.adapters.telemetry.influx.backlog_file import BacklogFile, bytes_in_use
from backend.adapters.telemetry.units import HOUR, chunks, floor
from backend.services.telemetry.ports import TelemetryAway

QUARANTINE_ROWS: Final = 10_000
"""Refused points that are kept to be looked at; the oldest make room. The count goes on."""

# The order is that of DeviceReading.rank. The latest receipt of copies is kept, so that no rank ever falls.
_PUT_LATEST: Final = """
INSERT INTO latest (device_id, metric, at, value, received) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (device_id, metric) DO UPDATE SET at = excluded.at, value = excluded.value,
    received = CASE WHEN excluded.at = latest.at THEN max(latest.received, excluded.received) ELSE excluded.received END
WHERE (min(excluded.at, excluded.received), excluded.at) >= (min(latest.at, latest.received), latest.at)
   OR excluded.at = latest.at"""

_MARK: Final = "INSERT INTO marks (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
_COUNT_UP: Final = """
INSERT INTO marks (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = marks.value + excluded.value"""

QUARANTINED: Final = "quarantined"
EXPIRED: Final = "expired"
"""How many points were too old for the server when they came to it."""
CONTACT: Final = "contact"
"""When the server was last found well: microseconds since 1970."""
GAP_FROM: Final = "gap_from"
"""The first hour of a gap in contact that is not rolled up again yet; 0: there is none."""
FILLED: Final = "filled"
"""Whether the latest values were once filled from the server: 1."""
_STALE_MARK: Final = "stale_mark"

Values = tuple[str, str, int, float, int]
"""Device, metric, at, value, received."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A point on its way."""

    id: int
    values: Values


@dataclass(frozen=True, slots=True)
class Refused:
    """A point that the server will never store, and why."""

    point: Waiting
    reason: str


class Backlog:
    """Every call raises `TelemetryAway` where the disk does not do it; then nothing of the call was done."""

    def __init__(self, path: Path, max_bytes: int, free: Callable[[Path], int] = free_bytes) -> None:
        self._file = BacklogFile(path, free)
        self._max_bytes = max_bytes

    def append(self, points: Sequence[Values]) -> None:
        """Durable when this returns; the latest values with them.

        Raises `TelemetryAway` where the bound is reached, or where the disk has room for alerts only.
        """
        self._file.spare_the_disk()
        with self._file.writing() as connection:
            if bytes_in_use(connection) > self._max_bytes:
                raise TelemetryAway("the backlog for InfluxDB is full")
            connection.executemany(
                "INSERT INTO waiting (device_id, metric, at, value, received) VALUES (?, ?, ?, ?, ?)", points
            )
            connection.executemany(_PUT_LATEST, points)

    def oldest(self, limit: int) -> list[Waiting]:
        """The first points to be sent, in their order."""
        with self._file.reading() as connection:
            rows = connection.execute(
                "SELECT id, device_id, metric, at, value, received FROM waiting ORDER BY id LIMIT ?", (limit,)
            ).fetchall()
        return [Waiting(row[0], row[1:]) for row in rows]

    def settle(
        self, sent: Sequence[Waiting], refused: Sequence[Refused], expired: Sequence[Waiting], late_before: int
    ) -> None:
        """These are done with. Hours with points from before `late_before` must be rolled up again."""
        gone = {entry.point.id for entry in refused} | {point.id for point in expired}
        hours = {
            (point.values[0], floor(point.values[2], HOUR))
            for point in sent
            if point.id not in gone and point.values[2] < late_before
        }
        with self._file.writing() as connection:
            connection.executemany("DELETE FROM waiting WHERE id = ?", [(point.id,) for point in sent])
            _mark_stale(connection, hours)
            connection.executemany(
                "INSERT INTO quarantine (device_id, metric, at, value, received, reason) VALUES (?, ?, ?, ?, ?, ?)",
                [(*entry.point.values, entry.reason) for entry in refused],
            )
            connection.execute(
                "DELETE FROM quarantine WHERE id <= (SELECT max(id) FROM quarantine) - ?", (QUARANTINE_ROWS,)
            )
            connection.executemany(_COUNT_UP, [(QUARANTINED, len(refused)), (EXPIRED, len(expired))])

    def last_id(self) -> int:
        """The id of the newest point that waits, or waited when one was last taken in; 0: there never was any."""
        with self._file.reading() as connection:
            row = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'waiting'").fetchone()
        return row[0] if row else 0

    def is_sent(self, last_id: int) -> bool:
        """Whether nothing up to that id waits any more."""
        with self._file.reading() as connection:
            return connection.execute("SELECT 1 FROM waiting WHERE id <= ? LIMIT 1", (last_id,)).fetchone() is None

    def pending(self) -> tuple[int, int | None]:
        """How many points wait, and when the oldest was received. Ids say it: counting would read them all."""
        with self._file.reading() as connection:
            row = connection.execute("SELECT min(id), max(id) FROM waiting").fetchone()
            if row[0] is None:
                return 0, None
            oldest = connection.execute("SELECT received FROM waiting WHERE id = ?", (row[0],)).fetchone()
        return row[1] - row[0] + 1, oldest[0]

    def quarantine(self) -> list[tuple[str, str, int, float, int, str]]:
        """The refused points that are kept, each with the server's reason, the oldest first."""
        with self._file.reading() as connection:
            return connection.execute(
                "SELECT device_id, metric, at, value, received, reason FROM quarantine ORDER BY id"
            ).fetchall()

    def latest(self, device_ids: Collection[str]) -> dict[str, list[Values]]:
        """The newest of each metric, by device and metric."""
        found: dict[str, list[Values]] = {}
        with self._file.reading() as connection:
            for ids in chunks(device_ids):
                marks = ",".join("?" * len(ids))
                for row in connection.execute(
                    f"""SELECT device_id, metric, at, value, received FROM latest WHERE device_id IN ({marks})
                        ORDER BY device_id, metric""",  # noqa: S608 - question marks only
                    ids,
                ):
                    found.setdefault(row[0], []).append(row)
        return found

    def fill_latest(self, points: Iterable[Values]) -> None:
        """Latest values from elsewhere; what is known here and newer stays."""
        with self._file.writing() as connection:
            connection.executemany(_PUT_LATEST, points)
            connection.execute(_MARK, (FILLED, 1))

    def forget(self, device_id: str, start: int, end: int, newest: Iterable[Values]) -> int:
        """Drop what waits or is in quarantine of the span; says how much waited. `newest`: what the device has left."""
        span = (device_id, start, end)
        with self._file.writing() as connection:
            gone = connection.execute("DELETE FROM waiting WHERE device_id = ? AND at >= ? AND at < ?", span).rowcount
            connection.execute("DELETE FROM quarantine WHERE device_id = ? AND at >= ? AND at < ?", span)
            connection.execute("DELETE FROM latest WHERE device_id = ?", (device_id,))
            connection.executemany(_PUT_LATEST, newest)
            connection.executemany(
                _PUT_LATEST,
                connection.execute(
                    "SELECT device_id, metric, at, value, received FROM waiting WHERE device_id = ? ORDER BY id",
                    (device_id,),
                ).fetchall(),
            )
        self._file.checkpoint()
        return gone

    def forget_latest_before(self, moment: int) -> None:
        """Latest values that were measured before it are no longer kept."""
        with self._file.writing() as connection:
            connection.execute("DELETE FROM latest WHERE at < ?", (moment,))

    def stale_hours(self, device_id: str | None, limit: int) -> list[tuple[str, int, int]]:
        """Device, start and mark of hours to be rolled up again, by device and time; of one device or of all."""
        with self._file.reading() as connection:
            return connection.execute(
                "SELECT device_id, start, mark FROM stale_hours WHERE ?1 IS NULL OR device_id = ?1 "
                "ORDER BY device_id, start LIMIT ?2",
                (device_id, limit),
            ).fetchall()

    def mark_stale(self, device_id: str, hours: Iterable[int]) -> None:
        """These hours of the device must be rolled up again."""
        with self._file.writing() as connection:
            _mark_stale(connection, [(device_id, hour) for hour in hours])

    def strike_out(self, hours: Sequence[tuple[str, int, int]]) -> None:
        """These were rolled up; those that became stale again meanwhile stay."""
        with self._file.writing() as connection:
            connection.executemany("DELETE FROM stale_hours WHERE device_id = ? AND start = ? AND mark = ?", hours)

    def remember_erased(self, device_id: str, start: int, stop: int, due: int) -> None:
        """Roll-ups of this span are to be looked at once more at `due`."""
        with self._file.writing() as connection:
            connection.execute(
                "INSERT INTO erased (device_id, start, stop, due) VALUES (?, ?, ?, ?)", (device_id, start, stop, due)
            )

    def erased(self, now: int, latest: int) -> list[tuple[int, str, int, int]]:
        """What is due: id, device, start and stop. Due after `latest`: that was said by a clock that was ahead."""
        with self._file.reading() as connection:
            return connection.execute(
                "SELECT id, device_id, start, stop FROM erased WHERE due <= ? OR due > ? ORDER BY id", (now, latest)
            ).fetchall()

    def strike_out_erased(self, row: int) -> None:
        """This was looked at."""
        with self._file.writing() as connection:
            connection.execute("DELETE FROM erased WHERE id = ?", (row,))

    def marks(self) -> Mapping[str, int]:
        """The counts and moments that are kept by name."""
        with self._file.reading() as connection:
            return dict(connection.execute("SELECT name, value FROM marks").fetchall())

    def set_marks(self, values: Mapping[str, int]) -> None:
        """Keep these."""
        with self._file.writing() as connection:
            connection.executemany(_MARK, values.items())

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def _mark_stale(connection: sqlite3.Connection, hours: Collection[tuple[str, int]]) -> None:
    if not hours:
        return
    connection.execute(_COUNT_UP, (_STALE_MARK, 1))
    connection.executemany(
        "INSERT OR REPLACE INTO stale_hours (device_id, start, mark) "
        "VALUES (?, ?, (SELECT value FROM marks WHERE name = ?))",
        [(*hour, _STALE_MARK) for hour in hours],
    )
