"""A PostgreSQL of the distribution, in a temporary directory, one per test process."""

from __future__ import annotations

import atexit
import functools
import os
import pwd
import shutil
import subprocess
import tempfile
import uuid
from pathlib import Path

import psycopg

from tests.harness.ports import free_port


def find_binaries() -> Path | None:
    """The folder of the newest PostgreSQL that is installed, or None."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return versions[-1].parent if versions else None


@functools.cache
def postgres_port() -> int:
    """The loopback port of this process's PostgreSQL (user `postgres`, no password); started at first use."""
    binaries = find_binaries()
    assert binaries is not None, "PostgreSQL is not installed"
    # As root the server refuses to run; a short path keeps the socket's name within 107 bytes.
    folder = Path(tempfile.mkdtemp(prefix="carepg"))
    as_user: list[str] = []
    if os.geteuid() == 0:
        account = pwd.getpwnam("postgres")
        os.chown(folder, account.pw_uid, account.pw_gid)
        as_user = ["runuser", "-u", "postgres", "--"]
    data, port = folder / "data", free_port()
    initdb = [binaries / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"]
    subprocess.run([*as_user, *map(str, initdb)], check=True, capture_output=True, cwd=folder)
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder}"
    options += " -c fsync=off -c full_page_writes=off -c max_connections=100 -c shared_buffers=32MB"
    pg_ctl = [binaries / "pg_ctl", "-D", data, "-w", "-t", "60", "-l", folder / "log", "-o", options]
    subprocess.run(
        [*as_user, *map(str, pg_ctl), "start"],
        check=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        cwd=folder,
    )

    def stop() -> None:
        command = [*as_user, str(binaries / "pg_ctl"), "-D", str(data), "-m", "immediate", "-w", "stop"]
        subprocess.run(command, check=False, capture_output=True, cwd="/")
        shutil.rmtree(folder, ignore_errors=True)

    atexit.register(stop)
    return port


def postgres_url(database: str) -> str:
    """The URL of one database of this process's PostgreSQL."""
    return f"postgresql://postgres@127.0.0.1:{postgres_port()}/{database}"


def create_database(template: str = "template1") -> str:
    """A new database, copied from `template`; returns its name."""
    name = f"t{uuid.uuid4().hex}"
    with psycopg.connect(postgres_url("postgres"), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'.encode())
    return name


def drop_database(name: str) -> None:
    """Remove a database, whoever is connected."""
    with psycopg.connect(postgres_url("postgres"), autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())
