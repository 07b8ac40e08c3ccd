"""A PostgreSQL database as a file by its own tools, `pg_dump` and `pg_restore`, and the scratch one it is proved in."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from backend.adapters.backups.faults import BackupError

HOURS_AT_MOST: Final = 6 * 3600.0
DEBIAN: Final = Path("/usr/lib/postgresql")
"""Where Debian keeps the tools of each version; `pg_dump` on PATH is its wrapper."""


def dump(url: str, target: Path) -> dict[str, int]:
    """`url` as it was at one moment, in `target` (custom format). Returns the rows of each table at that moment."""
    engine = _engine(url)
    try:
        with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
            snapshot = connection.scalar(text("SELECT pg_export_snapshot()"))
            counted = _rows(connection)
            _run("pg_dump", url, "--format=custom", f"--snapshot={snapshot}", f"--file={target}")
            return counted
    finally:
        engine.dispose()


def rows(url: str) -> dict[str, int]:
    """How many rows each table has."""
    engine = _engine(url)
    try:
        with engine.connect() as connection:
            return _rows(connection)
    finally:
        engine.dispose()


def load(url: str, source: Path, *, replace: bool) -> None:
    """`source` into `url`, in one transaction. `replace`: what is there goes; otherwise it must be empty."""
    clean = ["--clean", "--if-exists"] if replace else []
    _run("pg_restore", url, "--single-transaction", "--no-owner", "--no-privileges", *clean, str(source))


@contextmanager
def scratch(url: str) -> Iterator[str]:
    """The URL of an empty database on the same server, gone afterwards."""
    name = f"care_verify_{secrets.token_hex(4)}"
    engine = _engine(url)
    try:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            try:
                connection.execute(text(f'CREATE DATABASE "{name}"'))
            except DBAPIError as error:
                raise BackupError(
                    "无法建立用于校验的临时数据库：请给该账号 CREATEDB 权限",
                    "no scratch database to prove the backup in: grant this account CREATEDB",
                ) from error
            try:
                yield make_url(url).set(database=name).render_as_string(hide_password=False)
            finally:
                connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
    finally:
        engine.dispose()


def _engine(url: str) -> Engine:
    # Not the platform's own: its limits on idle transactions would end the snapshot of a long dump.
    return create_engine(make_url(url).set(drivername="postgresql+psycopg"), poolclass=NullPool, hide_parameters=True)


def _rows(connection: Connection) -> dict[str, int]:
    names = connection.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")).all()
    preparer = connection.dialect.identifier_preparer
    return {
        name: int(connection.scalar(text(f"SELECT count(*) FROM {preparer.quote(name)}")) or 0)  # noqa: S608
        for name in names
    }


def _run(program: str, url: str, *arguments: str) -> None:
    tool = _tool(program)
    target, environment = _connection(make_url(url))
    command = [str(tool), *arguments[:-1], f"--dbname={target}", arguments[-1]]
    done = subprocess.run(command, env=environment, check=False, capture_output=True, text=True, timeout=HOURS_AT_MOST)
    if done.returncode != 0:
        why = (done.stderr.strip().splitlines() or ["?"])[0][:300]
        raise BackupError(f"{program} 失败：{why}", f"{program} failed: {why}")


def _connection(url: URL) -> tuple[str, dict[str, str]]:
    """What libpq reads, without the password, which no list of processes may show."""
    password = {"PGPASSWORD": url.password} if isinstance(url.password, str) else {}
    plain = url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    return plain, {**os.environ, **password}


def _tool(program: str) -> Path:
    """The newest on this machine: a dump is refused by an older tool than the server."""
    versions = sorted(DEBIAN.glob(f"*/bin/{program}"), key=lambda path: int(path.parts[-3]), reverse=True)
    found = versions[0] if versions else shutil.which(program)
    if found is None:
        raise BackupError(
            f"缺少 {program}：apt-get install postgresql-client",
            f"no {program} here: apt-get install postgresql-client",
        )
    return Path(found)
