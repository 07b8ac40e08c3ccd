"""How items wait on disk: SQLite, WAL, synchronous FULL. What `append` returned for survives kill -9 and power cuts."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import structlog

from contract.times import format_time
from gateway.core.dedup import fingerprint
from gateway.core.ports import Item, Kind, Spooled, SpoolFigures, SpoolUnavailable

_SCHEMA: Final = (
    """CREATE TABLE IF NOT EXISTS waiting (
        id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, rank INTEGER NOT NULL, device_id TEXT NOT NULL,
        received_at TEXT NOT NULL, retained INTEGER NOT NULL, payload BLOB NOT NULL, reason TEXT,
        clears INTEGER NOT NULL, copy_key BLOB UNIQUE, attempts INTEGER NOT NULL DEFAULT 0,
        not_before TEXT NOT NULL DEFAULT '')""",
    "CREATE INDEX IF NOT EXISTS waiting_in_order ON waiting (kind, rank, id)",
    "CREATE INDEX IF NOT EXISTS waiting_of_device ON waiting (device_id, kind)",
    "CREATE INDEX IF NOT EXISTS waiting_put_off ON waiting (id) WHERE not_before <> ''",
)
_SETTLED: Final = "CREATE TEMP TABLE settled (id INTEGER PRIMARY KEY)"
"""Rows that the backend has: in memory, for a full disk takes no DELETE. It ends with the connection, as ids may."""
_COLUMNS: Final = "id, kind, device_id, received_at, retained, payload, rank, reason, clears, attempts"
_INSERT: Final = """INSERT OR IGNORE INTO waiting
    (kind, rank, device_id, received_at, retained, payload, reason, clears, copy_key) VALUES (?,?,?,?,?,?,?,?,?)"""
_BROKEN: Final = ("malformed", "not a database", "disk image")
ROW_OVERHEAD_BYTES: Final = 300
"""What a row costs beside its payload: columns, two indexes, the copy key."""
log = structlog.get_logger()


@dataclass
class _Change:
    """A transaction, and by how much it changes the figures once it is committed."""

    connection: sqlite3.Connection
    rows: int = 0
    bytes: int = 0


class SqliteSpool:
    """One file for one lane. Any thread may call; one transaction at a time."""

    def __init__(self, path: Path, max_rows: int, max_bytes: int) -> None:
        self.set_aside = 0
        """How often a file that could not be read was put aside since the start."""
        self._path = path
        self._max_rows = max_rows
        self._max_bytes = max_bytes
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._rows = self._bytes = 0
        with self._lock, suppress(SpoolUnavailable):  # a lane whose disk fails still hands over directly
            self._open()

    def append(self, items: Sequence[Item]) -> None:
        """All of them durably, or `SpoolUnavailable` and none."""
        with self._transaction() as change:
            for item in items:
                row = _row(item)
                if change.connection.execute(_INSERT, row).rowcount:
                    change.rows += 1
                    change.bytes += _size(len(item.payload))
                else:  # a copy of one that was settled wants an answer of its own
                    sql = "DELETE FROM settled WHERE id = (SELECT id FROM waiting WHERE copy_key = ?)"
                    change.connection.execute(sql, row[-1:])
            if self._rows + change.rows > self._max_rows or self._bytes + change.bytes > self._max_bytes:
                raise SpoolUnavailable("full")

    def device_waits(self, kind: Kind, device_id: str) -> bool:
        """Whether anything of the device waits, held items included."""
        sql = """SELECT 1 FROM waiting WHERE device_id = ? AND kind = ?
            AND id NOT IN (SELECT id FROM settled) LIMIT 1"""
        return bool(self._rows) and bool(self._query(sql, (device_id, kind)))

    def waiting(self, kind: Kind, now: datetime, limit: int) -> list[Spooled]:
        """Due items, the lowest rank first, then the oldest."""
        sql = f"""SELECT {_COLUMNS} FROM waiting WHERE kind = ? AND not_before <= ?
            AND id NOT IN (SELECT id FROM settled) ORDER BY rank, id LIMIT ?"""  # noqa: S608 - a constant
        return [_spooled(row) for row in self._query(sql, (kind, format_time(now), limit))]

    def settle(self, ids: Sequence[int]) -> None:
        """They are with the backend, so `waiting` gives them no more; the rows go now, or with the next that can."""
        if not ids and not self._query("SELECT 1 FROM settled LIMIT 1", ()):
            return
        with self._lock:
            try:
                self._open().executemany("INSERT OR IGNORE INTO settled VALUES (?)", [(one,) for one in ids])
            except sqlite3.Error as error:
                raise self._unavailable(error) from error
        with suppress(SpoolUnavailable), self._transaction() as change:
            sql = "DELETE FROM waiting WHERE id IN (SELECT id FROM settled) RETURNING length(payload)"
            for (length,) in change.connection.execute(sql).fetchall():
                change.rows -= 1
                change.bytes -= _size(length)
            change.connection.execute("DELETE FROM settled")

    def defer(self, entry: Spooled, until: datetime, reason: str | None = None) -> None:
        """Not before `until`; with `reason` it goes as bytes from now on."""
        sql = "UPDATE waiting SET attempts = attempts + 1, not_before = ?, reason = coalesce(?, reason) WHERE id = ?"
        with self._transaction() as change:
            change.connection.execute(sql, (format_time(until), reason, entry.id))

    def figures(self) -> SpoolFigures:
        """Rows, bytes, rows that were put off, and the oldest receive time."""
        sql = """SELECT (SELECT count(*) FROM waiting WHERE not_before <> ''),
            (SELECT received_at FROM waiting ORDER BY id LIMIT 1)"""
        held, oldest = self._query(sql, ())[0]
        return SpoolFigures(self._rows, self._bytes, held, oldest)

    def close(self) -> None:
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    @contextmanager
    def _transaction(self) -> Iterator[_Change]:
        with self._lock:
            change = _Change(self._open())
            try:
                change.connection.execute("BEGIN IMMEDIATE")
                yield change
                change.connection.execute("COMMIT")
                self._rows += change.rows
                self._bytes += change.bytes
            except BaseException as error:
                with suppress(sqlite3.Error):
                    change.connection.execute("ROLLBACK")
                if isinstance(error, sqlite3.Error):
                    raise self._unavailable(error) from error
                raise

    def _query(self, sql: str, values: tuple[Any, ...]) -> list[Any]:
        with self._lock:
            try:
                return self._open().execute(sql, values).fetchall()
            except sqlite3.Error as error:
                raise self._unavailable(error) from error

    def _unavailable(self, error: sqlite3.Error) -> SpoolUnavailable:
        """Closes it, so that the next call opens it afresh: a broken file is then set aside."""
        if any(word in str(error) for word in _BROKEN) and self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None
        return SpoolUnavailable(str(error))

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            try:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                self._connection = self._open_whole()
                self._count(self._connection)
            except (sqlite3.Error, OSError) as error:
                raise SpoolUnavailable(str(error)) from error
        return self._connection

    def _open_whole(self) -> sqlite3.Connection:
        try:
            return _connect(self._path)
        except sqlite3.DatabaseError as error:
            if not any(word in str(error) for word in _BROKEN):
                raise
        broken = self._put_aside()
        connection = _connect(self._path)
        rescued = _rescue(broken, connection)
        log.error("spool_set_aside", file=broken.name, rescued=rescued)
        return connection

    def _put_aside(self) -> Path:
        """Kept for whoever wants to look; at most 9 of them, then the last is replaced."""
        self.set_aside += 1
        names = [self._path.with_name(f"{self._path.name}.broken-{number}") for number in range(1, 10)]
        target = next((name for name in names if not name.exists()), names[-1])
        for suffix in ("-wal", "-shm"):  # SQLite finds them by name: with them the readable rows are more
            side = self._path.with_name(self._path.name + suffix)
            if side.exists():
                side.replace(target.with_name(target.name + suffix))
        self._path.replace(target)
        return target

    def _count(self, connection: sqlite3.Connection) -> None:
        rows, size = connection.execute("SELECT count(*), coalesce(sum(length(payload)), 0) FROM waiting").fetchone()
        self._rows, self._bytes = rows, size + rows * ROW_OVERHEAD_BYTES


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=5, isolation_level=None, check_same_thread=False)
    try:
        path.chmod(0o600)  # payloads are personal data
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA journal_size_limit = 16000000")
        (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        if verdict != "ok":
            raise sqlite3.DatabaseError(f"malformed: {verdict}")
        connection.execute("PRAGMA temp_store = MEMORY")
        for statement in (*_SCHEMA, _SETTLED):
            connection.execute(statement)
    except BaseException:
        connection.close()
        raise
    return connection


def _rescue(broken: Path, target: sqlite3.Connection) -> int:
    """Copy what can still be read. The terminals repeat what is lost here, but each row saved is an answer sooner."""
    rescued = 0
    source = sqlite3.connect(broken)
    try:
        for row in source.execute(f"SELECT {_COLUMNS} FROM waiting NOT INDEXED"):  # noqa: S608 - a constant
            target.execute(_INSERT, _row(_spooled(row).item))
            rescued += 1
    except (sqlite3.Error, ValueError, TypeError):
        pass  # the end of what is readable
    finally:
        source.close()
    return rescued


def _size(payload_bytes: int) -> int:
    return payload_bytes + ROW_OVERHEAD_BYTES


def _row(item: Item) -> tuple[Any, ...]:
    key = fingerprint(item)
    return (
        item.kind, item.rank, item.device_id, item.received_at, item.retained,
        item.payload, item.reason, item.clears, key,
    )  # fmt: skip


def _spooled(row: tuple[Any, ...]) -> Spooled:
    number, kind, device_id, received_at, retained, payload, rank, reason, clears, attempts = row
    item = Item(Kind(kind), device_id, received_at, bool(retained), payload, rank, reason, bool(clears))
    return Spooled(number, item, attempts)
