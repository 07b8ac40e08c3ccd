"""One SQLite file, copied whole from one moment while others write to it, and proved."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Final

from backend.adapters.backups.faults import BackupError

PAGES: Final = 2000
"""Copied between two looks at the progress: 8 MB."""
SHOWN: Final = 5
Progress = Callable[[int, int], None]
"""Called with pages done and pages in all."""


def copy(source: Path, target: Path, progress: Progress = lambda _done, _all: None) -> None:
    """`source` as it was at one moment, in `target`, which must not be there yet. Writers are not held up.

    The reading transaction is ours and stays open, so the copy does not begin anew at each page that a writer changes
    (as SQLite's own backup does), and nothing is taken of what came later.
    """
    with closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True, isolation_level=None)) as reader:
        reader.execute("PRAGMA busy_timeout=5000")
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM sqlite_master").fetchone()  # from here on the moment stands
        with closing(sqlite3.connect(target, isolation_level=None)) as writer:
            reader.backup(writer, pages=PAGES, progress=lambda _status, left, pages: progress(pages - left, pages))
            # A file of its own: nothing of it waits in a write-ahead log beside it.
            writer.execute("PRAGMA journal_mode=DELETE")


def prove(path: Path) -> None:
    """Raises `BackupError` when SQLite finds a page, an index or a reference that does not hold."""
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)) as database:
            found = [row[0] for row in database.execute(f"PRAGMA integrity_check({SHOWN})") if row[0] != "ok"]
            found += [f"{row[0]}: foreign key" for row in database.execute("PRAGMA foreign_key_check").fetchmany(SHOWN)]
    except sqlite3.DatabaseError as error:
        found = [str(error)]
    if found:
        where = "; ".join(found)
        raise BackupError(f"{path.name} 已损坏：{where}", f"{path.name} is damaged: {where}")


def rows(path: Path) -> dict[str, int]:
    """How many rows each table has."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)) as database:
        names = database.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        counted = {}
        for (name,) in names.fetchall():
            quoted = str(name).replace('"', '""')
            counted[str(name)] = int(database.execute(f'SELECT count(*) FROM "{quoted}"').fetchone()[0])  # noqa: S608
        return counted
