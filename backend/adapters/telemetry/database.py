"""The telemetry file: its tables, and what a reading and a writing transaction on it are.

WAL with `synchronous=NORMAL`: a killed process loses nothing, a power cut at most the last moments of routine
readings. Presses are never kept here.
"""

from __future__ import annotations

import queue
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from backend.services.telemetry.ports import TelemetryAway

LOCK_SECONDS: Final = 5.0
IDLE_CONNECTIONS: Final = 8
_VERSION: Final = 1

_SCHEMA: Final = (
    """CREATE TABLE series (
        id INTEGER PRIMARY KEY, device_id TEXT NOT NULL, metric TEXT NOT NULL, UNIQUE (device_id, metric))""",
    # Times are microseconds since 1970. The key is the order of the file, so a window of one series is one read.
    """CREATE TABLE points (
        series_id INTEGER NOT NULL, at INTEGER NOT NULL, value REAL NOT NULL, received INTEGER NOT NULL,
        PRIMARY KEY (series_id, at)) WITHOUT ROWID""",
    """CREATE TABLE latest (
        series_id INTEGER PRIMARY KEY, at INTEGER NOT NULL, value REAL NOT NULL, received INTEGER NOT NULL)""",
    """CREATE TABLE device_status (
        device_id TEXT PRIMARY KEY, state TEXT, boot INTEGER, at INTEGER, firmware TEXT, battery REAL, rssi REAL,
        heard_at INTEGER, last_seen INTEGER) WITHOUT ROWID""",
)


class TelemetryDatabase:
    """Connections to one file; opened at first use, so that a broken file stops telemetry and nothing else."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._idle: queue.LifoQueue[sqlite3.Connection] = queue.LifoQueue(IDLE_CONNECTIONS)
        self._writer = threading.Lock()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Everything read in the block is of one moment. Raises `TelemetryAway`."""
        with self._transaction("BEGIN") as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Committed where the block ends, rolled back where it raises; one per process at a time."""
        if not self._writer.acquire(timeout=LOCK_SECONDS):
            raise TelemetryAway("another writer of this process holds the file")
        try:
            with self._transaction("BEGIN IMMEDIATE") as connection:
                yield connection
        finally:
            self._writer.release()

    def close(self) -> None:
        """Close what is idle; a connection in use is closed with its block only if the pool is full."""
        while True:
            try:
                self._idle.get_nowait().close()
            except queue.Empty:
                return

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        connection: sqlite3.Connection | None = None
        try:
            connection = self._take()
            connection.execute(begin)
            yield connection
            connection.execute("COMMIT")
        except BaseException as error:
            if connection is not None:
                connection.close()  # rolls back; a connection that failed is not used again
            if isinstance(error, (sqlite3.Error, OSError)):
                raise TelemetryAway(f"{type(error).__name__}: {error}") from error
            raise
        self._give_back(connection)

    def _take(self) -> sqlite3.Connection:
        try:
            return self._idle.get_nowait()
        except queue.Empty:
            return self._open()

    def _give_back(self, connection: sqlite3.Connection) -> None:
        try:
            self._idle.put_nowait(connection)
        except queue.Full:
            connection.close()

    def _open(self) -> sqlite3.Connection:
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        connection = sqlite3.connect(
            self.path, timeout=LOCK_SECONDS, isolation_level=None, check_same_thread=False, cached_statements=64
        )
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=NORMAL")
            _create_tables(connection)
        except BaseException:
            connection.close()
            raise
        return connection


def _create_tables(connection: sqlite3.Connection) -> None:
    if connection.execute("PRAGMA user_version").fetchone()[0] == _VERSION:
        return
    connection.execute("BEGIN IMMEDIATE")
    # Another process may have been quicker: look again under the lock.
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > _VERSION:
        raise sqlite3.DatabaseError(f"the telemetry file is of a newer version ({version})")
    if version < _VERSION:
        for statement in _SCHEMA:
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version={_VERSION}")
    connection.execute("COMMIT")
