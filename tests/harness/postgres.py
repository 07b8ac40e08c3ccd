"""A PostgreSQL of the distribution, in a temporary directory, one per test process."""

from __future__ import annotations

import atexit
import ctypes
import functools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Final, TypedDict

import psycopg

from tests.harness.clock import wait_until
from tests.harness.ports import free_port

_PR_SET_PDEATHSIG: Final = 1


class _Owner(TypedDict, total=False):
    user: int
    group: int
    extra_groups: Sequence[int]


def find_binaries() -> Path | None:
    """The folder of the newest PostgreSQL that is installed, or None."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return versions[-1].parent if versions else None


def _die_with_parent() -> None:
    """A test run that is killed leaves no server behind. SIGQUIT is PostgreSQL's immediate shutdown."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGQUIT)


def _answers(port: int) -> bool:
    try:
        psycopg.connect(f"postgresql://postgres@127.0.0.1:{port}/postgres", connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


@functools.cache
def postgres_port() -> int:
    """The loopback port of this process's PostgreSQL (user `postgres`, no password); started at first use."""
    binaries = find_binaries()
    assert binaries is not None, "PostgreSQL is not installed"
    # A short path keeps the socket's name within 107 bytes.
    folder = Path(tempfile.mkdtemp(prefix="carepg"))
    owner: _Owner = {}
    if os.geteuid() == 0:
        # As root the server refuses to run.
        account = pwd.getpwnam("postgres")
        os.chown(folder, account.pw_uid, account.pw_gid)
        owner = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    data, port = folder / "data", free_port()
    initdb = [
        str(binaries / "initdb"),
        "-D",
        str(data),
        "-U",
        "postgres",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--locale=C",
        "-N",
    ]
    subprocess.run(initdb, check=True, capture_output=True, cwd=folder, **owner)
    options = {"listen_addresses": "127.0.0.1", "unix_socket_directories": str(folder), "fsync": "off"}
    options |= {"full_page_writes": "off", "max_connections": "100", "shared_buffers": "32MB"}
    server = [str(binaries / "postgres"), "-D", str(data), "-p", str(port)]
    server += [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            server, stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=folder, preexec_fn=_die_with_parent, **owner
        )

    def stop() -> None:
        process.send_signal(signal.SIGQUIT)
        process.wait(30)
        shutil.rmtree(folder, ignore_errors=True)

    atexit.register(stop)
    wait_until(lambda: _answers(port), f"PostgreSQL on port {port}: {folder / 'log'}", 60)
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
