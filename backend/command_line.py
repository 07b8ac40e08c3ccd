"""`python -m backend`: run, migrate, show settings or API, accounts, copy, prove, back up."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import structlog
from pydantic import ValidationError

from backend.adapters.db.engine import make_engine
from backend.adapters.db.migrations import migrate
from backend.adapters.log import set_up_logging
from backend.app import Backend, Role
from backend.audit_log import verify_audit_log
from backend.backup import asked_of, backup
from backend.copying import migrate_telemetry
from backend.demo import Asked, demo
from backend.evidence import evidence
from backend.rotation import rotate_secrets
from backend.services.telemetry.migrate import RollUps
from backend.settings import Settings, as_toml, config_file
from backend.staff import staff
from backend.statements import statements

log = structlog.get_logger()

STOPS: Final = (signal.SIGTERM, signal.SIGINT)
"""`__main__` holds them back until they can be heeded."""
NICE: Final = 10
"""A backup of years never makes a press wait (as exports)."""
COMMANDS: Final = (
    "run",
    "migrate",
    "settings",
    "openapi",
    "telemetry-migrate",
    "statements",
    "audit-log",
    "evidence",
    "secrets",
    "backup",
    "demo",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit codes: 0 done or stopped by a signal, 1 it could not start or broke down, 2 wrong settings or arguments.

    `telemetry-migrate`: 1 something is missing in the target, 5 the target does not answer. `statements verify`: 1 one
    of them does not hold; `audit-log verify` likewise. `backup`: 1 it cannot be made, proved or put back.
    `demo`: see `backend.demo.DemoExit`.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given[:1] == ["staff"]:  # it has options of its own
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)
        return staff(given[1:])
    parser = argparse.ArgumentParser(prog="python -m backend", description="后端 / The backend")
    parser.add_argument("command", nargs="?", choices=COMMANDS, default="run")
    parser.add_argument(
        "what",
        nargs="*",
        default=[],
        help="statements: make, verify; audit-log: verify; evidence: verify FILE, key; secrets: rotate; "
        "backup: make, prove, restore FOLDER; demo: load, wipe, show",
    )
    parser.add_argument(
        "--role",
        action="append",
        type=Role,
        choices=list(Role),
        metavar="ROLE",
        help=f"可重复 / repeatable: {', '.join(Role)}; 默认 / default: all",
    )
    parser.add_argument(
        "--forget",
        action="store_true",
        help="telemetry-migrate: 全部到达后删除本机读数 / delete the readings of the file when all have arrived",
    )
    parser.add_argument(
        "--forget-roll-ups",
        action="store_true",
        help="与 --forget 同用：也删除未复制的旧汇总 / with --forget: old roll-ups, which are not copied, as well",
    )
    parser.add_argument(
        "--also",
        action="append",
        default=[],
        metavar="NAME.sqlite=PATH",
        help="backup: 本站的其他 SQLite 文件 / further SQLite files of this site",
    )
    parser.add_argument(
        "--without-telemetry", action="store_true", help="backup: 不含遥测读数 / leave the readings out"
    )
    parser.add_argument(
        "--replace",
        action="store_true",
        help="backup restore: 现有数据移到一旁 / put what is there aside (PostgreSQL: drop it)",
    )
    parser.add_argument("--seed", type=int, help="demo load: 种子，相同则相同 / the same seed makes the same district")
    parser.add_argument("--homes", type=int, help="demo load: 户数 / how many homes")
    asked = parser.parse_args(given)
    first = asked.what[0] if asked.what else ""
    if asked.command != "run":
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)
    if asked.command == "openapi":
        return _openapi()
    try:
        settings = Settings()
    except (ValidationError, ValueError) as error:
        print(f"{config_file()}, CARE_BACKEND_…: {_reasons(error)}", file=sys.stderr)
        return 2
    if asked.command == "settings":
        print(as_toml(settings), end="")
        return 0
    set_up_logging(settings.log_level)
    if asked.command == "migrate":
        return _migrate(settings)
    if asked.command == "statements":
        return statements(settings, first)
    if asked.command == "audit-log":
        return verify_audit_log(settings, first)
    if asked.command == "secrets":
        return rotate_secrets(settings, first)
    if asked.command == "evidence":
        return evidence(settings, asked.what)
    if asked.command == "backup":
        return _backup(settings, asked)
    if asked.command == "demo":
        return demo(settings, Asked(first, asked.seed, asked.homes))
    if asked.command == "telemetry-migrate":
        return migrate_telemetry(settings, _forget(asked))
    return _run(settings, asked.role or [Role.ALL])


def _backup(settings: Settings, asked: argparse.Namespace) -> int:
    try:
        wanted = asked_of(asked.what, asked.also, telemetry=not asked.without_telemetry, replace=asked.replace)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    os.nice(NICE)
    return backup(settings, wanted)


def _forget(asked: argparse.Namespace) -> RollUps | None:
    if not asked.forget:
        return None
    return RollUps.DELETE if asked.forget_roll_ups else RollUps.KEEP


def _reasons(error: ValueError) -> str:
    if not isinstance(error, ValidationError):
        return str(error)
    # Without the values: one of them may be a password.
    return "; ".join(f"{'.'.join(map(str, entry['loc']))}: {entry['msg']}" for entry in error.errors())


def _openapi() -> int:
    """Of every role; needs neither settings nor files nor a database."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings.model_construct(database_url=f"sqlite:///{Path(folder, 'none.sqlite')}")
        document = Backend(settings, [Role.ALL]).api.openapi()
    print(json.dumps(document, ensure_ascii=False, indent=2))
    return 0


def _migrate(settings: Settings) -> int:
    engine = make_engine(settings.database_url)
    try:
        migrate(engine)
    finally:
        engine.dispose()
    return 0


def _run(settings: Settings, roles: Sequence[Role]) -> int:
    stop = threading.Event()
    for number in STOPS:
        signal.signal(number, lambda *_: stop.set())
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)
    if stop.is_set():  # told to stop during the start: nothing is made yet
        return 0
    try:
        backend = Backend(settings, roles)
        backend.start()
    except Exception as error:
        log.error("start_failed", error=type(error).__name__, reason=_first_line(error))
        return 1
    broken = False
    while not broken and not stop.wait(1.0):
        broken = not backend.alive
    if broken:
        log.error("server_broke_down")
    backend.stop()
    return 1 if broken else 0


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [""])[0][:200]
