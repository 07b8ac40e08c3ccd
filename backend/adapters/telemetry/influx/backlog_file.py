"""The backlog's file: its tables, and how safe what is written there is.

One file, shared by all processes of a host. `synchronous=FULL`: the gateway lets go of a reading when it is in here.
"""

from __future__ import annotations

import os
import sqlite3
import stat
from contextlib import suppress
from typing import Final

from backend.adapters.telemetry.database import LOCK_SECONDS, TelemetryDatabase

_VERSION: Final = 1
_SCHEMA: Final = (
    # Times are microseconds since 1970. Ids are never given twice, so "everything up to this id" stays true.
    """CREATE TABLE waiting (
        id INTEGER PRIMARY KEY AUTOINCREMENT, device_id TEXT NOT NULL, metric TEXT NOT NULL, at INTEGER NOT NULL,
        value REAL NOT NULL, received INTEGER NOT NULL)""",
    """CREATE TABLE latest (
        device_id TEXT NOT NULL, metric TEXT NOT NULL, at INTEGER NOT NULL, value REAL NOT NULL,
        received INTEGER NOT NULL, PRIMARY KEY (device_id, metric)) WITHOUT ROWID""",
    """CREATE TABLE quarantine (
        id INTEGER PRIMARY KEY AUTOINCREMENT, device_id TEXT NOT NULL, metric TEXT NOT NULL, at INTEGER NOT NULL,
        value REAL NOT NULL, received INTEGER NOT NULL, reason TEXT NOT NULL)""",
    # `mark` changes with every further late point, so that nobody strikes out an hour that became stale again.
    """CREATE TABLE stale_hours (
        device_id TEXT NOT NULL, start INTEGER NOT NULL, mark INTEGER NOT NULL, PRIMARY KEY (device_id, start))
        WITHOUT ROWID""",
    # Roll-ups that a task of the server may have written after an erasure, from what it had read before it.
    """CREATE TABLE erased (
        id INTEGER PRIMARY KEY, device_id TEXT NOT NULL, start INTEGER NOT NULL, stop INTEGER NOT NULL,
        due INTEGER NOT NULL)""",
    "CREATE TABLE marks (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID",
)


class BacklogFile(TelemetryDatabase):
    """The connections to the file; its transactions are those of the telemetry file."""

    def _open(self) -> sqlite3.Connection:
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Made before SQLite makes it, for its owner's eyes only; SQLite's files beside it get the same mode. Not by
        # `open`: closing a descriptor of the file would end the locks that this process holds on it.
        with suppress(FileExistsError):
            os.mknod(self.path, 0o600 | stat.S_IFREG)
        connection = sqlite3.connect(self.path, timeout=LOCK_SECONDS, isolation_level=None, check_same_thread=False)
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
            # What was erased, or has gone to the server, does not stand on in free pages.
            connection.execute("PRAGMA secure_delete=ON")
            _create_tables(connection)
        except BaseException:
            connection.close()
            raise
        return connection


def bytes_in_use(connection: sqlite3.Connection) -> int:
    """Of the file, what is freed inside it left out."""
    pages, free, size = (
        connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size")
    )
    return int((pages - free) * size)


def _create_tables(connection: sqlite3.Connection) -> None:
    if connection.execute("PRAGMA user_version").fetchone()[0] == _VERSION:
        return
    connection.execute("BEGIN IMMEDIATE")
    # Another process may have been quicker: look again under the lock.
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > _VERSION:
        raise sqlite3.DatabaseError(f"the backlog is of a newer version ({version})")
    if version < _VERSION:
        for statement in _SCHEMA:
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version={_VERSION}")
    connection.execute("COMMIT")
