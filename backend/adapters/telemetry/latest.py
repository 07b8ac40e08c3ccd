"""Which reading of a series is the latest, and how a batch of rows changes that."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Final

Row = tuple[int, int, float, int]
"""series, at, value, received."""

# The order is that of DeviceReading.rank. The latest receipt of copies is kept, so that no rank ever falls.
_PUT: Final = """
INSERT INTO latest (series_id, at, value, received) VALUES (?, ?, ?, ?)
ON CONFLICT (series_id) DO UPDATE SET at = excluded.at, value = excluded.value,
    received = CASE WHEN excluded.at = latest.at THEN max(latest.received, excluded.received) ELSE excluded.received END
WHERE (min(excluded.at, excluded.received), excluded.at) >= (min(latest.at, latest.received), latest.at)
   OR excluded.at = latest.at"""


def put_latest(connection: sqlite3.Connection, rows: Sequence[Row]) -> None:
    """The rows, in their order, were written in this transaction."""
    connection.executemany(_PUT, _candidates(rows))


def _candidates(rows: Sequence[Row]) -> Iterable[Row]:
    """Of each series the rows that can become its latest: one of many, as long as no clock runs ahead."""
    newest: dict[int, Row] = {}
    for row in rows:
        if row[1] > row[3]:
            return rows
        known = newest.get(row[0])
        if known is None or row[1] >= known[1]:
            newest[row[0]] = _later_receipt(known, row)
    return newest.values()


def _later_receipt(known: Row | None, row: Row) -> Row:
    if known is None or known[1] != row[1] or known[3] <= row[3]:
        return row
    return (*row[:3], known[3])


def select_latest(
    connection: sqlite3.Connection, device_ids: Sequence[str]
) -> Iterable[tuple[str, str, int, float, int]]:
    """(device, metric, at, value, received), by device and metric."""
    marks = ",".join("?" * len(device_ids))
    return connection.execute(
        f"""SELECT s.device_id, s.metric, l.at, l.value, l.received FROM series s JOIN latest l
            ON l.series_id = s.id WHERE s.device_id IN ({marks}) ORDER BY s.device_id, s.metric""",  # noqa: S608 - question marks only
        device_ids,
    )
