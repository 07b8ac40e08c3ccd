"""How the database is opened, and what a reading and a writing transaction are on SQLite and on PostgreSQL."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import OperationalError

from backend.adapters.db.turns import Turns

LOCK_SECONDS: Final = 5
"""A writer waits this long for another, then fails: a gateway that is told 503 keeps the press in its spool."""
STATEMENT_SECONDS: Final = 15
IDLE_SECONDS: Final = 15
CONNECT_SECONDS: Final = 5

COUNTED: Final[dict[str, Any]] = {"preserve_rowcount": True}
"""Execution options of an INSERT whose `rowcount` is asked for: SQLAlchemy otherwise says -1 on PostgreSQL, which is
not 0."""
_WRITING: Final = "care_writing"
_locks: Final[dict[str, Turns]] = {}
_locks_guard: Final = threading.Lock()


class WriterBusyError(OperationalError):
    """The database's one writer was busy for `LOCK_SECONDS`. Nothing was stored; the caller may try again."""


def make_engine(database_url: str, *, pool_size: int = 10) -> Engine:
    """An engine for `sqlite:///path` or `postgresql://…` (psycopg). Opens nothing until it is used."""
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite":
        return _sqlite(url, pool_size)
    if url.get_backend_name() == "postgresql":
        return _postgresql(url, pool_size)
    raise ValueError(f"database_url: sqlite or postgresql, not {url.get_backend_name()}")


def _sqlite(url: URL, pool_size: int) -> Engine:
    if url.database in (None, "", ":memory:"):
        raise ValueError("database_url: SQLite needs a file; memory forgets presses")
    # hide_parameters: what stands in a row (names, addresses) stays out of tracebacks.
    engine = create_engine(
        url, pool_size=pool_size, max_overflow=pool_size, pool_timeout=LOCK_SECONDS, hide_parameters=True
    )
    event.listen(engine, "do_connect", _make_directory)
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin)
    return engine


def _make_directory(_dialect: object, _record: object, cargs: Any, cparams: Any) -> None:
    database = Path(cargs[0] if cargs else cparams["database"])
    database.parent.mkdir(parents=True, exist_ok=True, mode=0o700)


def _set_pragmas(connection: Any, _record: object) -> None:
    # The driver must not begin transactions of its own: BEGIN IMMEDIATE is ours (rule 20).
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout={LOCK_SECONDS * 1000}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    writing = connection.get_execution_options().get(_WRITING, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _postgresql(url: URL, pool_size: int) -> Engine:
    options = (
        f"-c lock_timeout={LOCK_SECONDS}s -c statement_timeout={STATEMENT_SECONDS}s"
        f" -c idle_in_transaction_session_timeout={IDLE_SECONDS}s -c timezone=UTC"
    )
    return create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=LOCK_SECONDS,
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args={
            "connect_timeout": CONNECT_SECONDS,
            "options": options,
            "application_name": "care-backend",
            # A server that is gone without a word is noticed here, not after the kernel's two hours.
            "keepalives_idle": 5,
            "keepalives_interval": 2,
            "keepalives_count": 3,
            "tcp_user_timeout": 10_000,
        },
    )


def is_sqlite(engine: Engine) -> bool:
    """Whether the database is SQLite: one writer, no row locks."""
    return engine.dialect.name == "sqlite"


def _writer_lock(engine: Engine) -> Turns:
    with _locks_guard:
        return _locks.setdefault(str(engine.url), Turns())


@contextmanager
def writing(engine: Engine, *, first: bool = False) -> Iterator[Connection]:
    """A writing transaction. It is kept only if the block calls `commit()`; leaving otherwise rolls back.

    On SQLite one per process at a time, begun IMMEDIATE: raises `WriterBusyError` after `LOCK_SECONDS`. Do not nest.
    `first`: before all others of this process that wait; for presses.
    """
    if not is_sqlite(engine):
        with engine.connect() as connection:
            yield connection
        return
    lock = _writer_lock(engine)
    if not lock.acquire(LOCK_SECONDS, first):
        raise WriterBusyError(
            "BEGIN IMMEDIATE", None, TimeoutError("another writer of this process holds the database")
        )
    try:
        with engine.connect().execution_options(**{_WRITING: True}) as connection:
            yield connection
    finally:
        lock.release()


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A reading transaction: everything read in the block is of one moment, on both databases."""
    options: dict[str, Any] = (
        {} if is_sqlite(engine) else {"postgresql_readonly": True, "isolation_level": "REPEATABLE READ"}
    )
    with engine.connect().execution_options(**options) as connection:
        yield connection
