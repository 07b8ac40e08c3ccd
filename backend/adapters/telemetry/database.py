"""The telemetry file: what a reading and a writing transaction on it are.

WAL with `synchronous=FULL`: what a gateway was told is stored survives a power cut. With a log that is emptied
seldom that costs no more than `NORMAL` with SQLite's usual one (measured, batches of 500). Presses are never kept here.
"""

from __future__ import annotations

import os
import queue
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from backend.adapters.telemetry.schema import bring_up_to_date
from backend.services.telemetry.ports import TelemetryAway

LOCK_SECONDS: Final = 5.0
IDLE_CONNECTIONS: Final = 8
LOG_PAGES: Final = 8_000
"""32 MB of log: the same page of a series is then written to the file once for many batches."""
CACHE_KIBIBYTES: Final = 16_000
"""Per connection: the ends of some ten thousand series stay in memory while they grow."""

RESERVE_BYTES: Final = 512 * 2**20
"""So much of the disk is left to the alerts, whose file is often on the same one; gateways keep readings meanwhile."""


def free_bytes(folder: Path) -> int:
    """Room left where `folder` is."""
    return shutil.disk_usage(folder).free


class TelemetryDatabase:
    """Connections to one file; opened at first use, so that a broken file stops telemetry and nothing else."""

    def __init__(self, path: Path, free: Callable[[Path], int] = free_bytes) -> None:
        self.path = path
        self._free = free
        self._idle: queue.LifoQueue[sqlite3.Connection] = queue.LifoQueue(IDLE_CONNECTIONS)
        self._writer = threading.Lock()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Everything read in the block is of one moment. Raises `TelemetryAway`."""
        with self._transaction("BEGIN") as connection:
            yield connection

    @contextmanager
    def writing(self, durable: bool = True) -> Iterator[sqlite3.Connection]:
        """Committed where the block ends, rolled back where it raises; one per process at a time.

        Not `durable`: a power cut (not a kill) may undo it, and in return nobody waits for the disk.
        """
        if not self._writer.acquire(timeout=LOCK_SECONDS):
            raise TelemetryAway("another writer of this process holds the file")
        try:
            with self._transaction("BEGIN IMMEDIATE", durable) as connection:
                yield connection
        finally:
            self._writer.release()

    def spare_the_disk(self) -> None:
        """Raises `TelemetryAway` where a file that grows would take room of the alerts; what shrinks it may go on."""
        folder = self.path.parent
        if folder.exists() and self._free(folder) < RESERVE_BYTES:
            raise TelemetryAway("the disk is almost full: what is left is for alerts")

    def checkpoint(self) -> None:
        """Move what is committed into the file itself, so that nothing forgotten stands on in the log beside it.

        As far as readers let it: what they still look at goes with a later one. Raises `TelemetryAway`.
        """
        connection: sqlite3.Connection | None = None
        try:
            connection = self._take()
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except (sqlite3.Error, OSError) as error:
            if connection is not None:
                connection.close()
            raise TelemetryAway(f"{type(error).__name__}: {error}") from error
        self._give_back(connection)

    def close(self) -> None:
        """Close what is idle; a connection in use is closed with its block only if the pool is full."""
        while True:
            try:
                self._idle.get_nowait().close()
            except queue.Empty:
                return

    @contextmanager
    def _transaction(self, begin: str, durable: bool = True) -> Iterator[sqlite3.Connection]:
        connection: sqlite3.Connection | None = None
        try:
            connection = self._take()
            if not durable:
                connection.execute("PRAGMA synchronous=NORMAL")
            connection.execute(begin)
            yield connection
            connection.execute("COMMIT")
            if not durable:
                connection.execute("PRAGMA synchronous=FULL")
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
        # Readings are of people: for this account alone. SQLite gives the files beside it the same mode.
        os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
        connection = sqlite3.connect(
            self.path, timeout=LOCK_SECONDS, isolation_level=None, check_same_thread=False, cached_statements=64
        )
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute(f"PRAGMA wal_autocheckpoint={LOG_PAGES}")
            # What is deleted is overwritten: an erased reading must not be found in the file's free pages.
            connection.execute("PRAGMA secure_delete=ON")
            connection.execute(f"PRAGMA cache_size=-{CACHE_KIBIBYTES}")
            bring_up_to_date(connection)
        except BaseException:
            connection.close()
            raise
        return connection
