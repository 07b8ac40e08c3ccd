"""`python -m backend backup make|prove|restore FOLDER`: the database and the readings; what a person is told."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from sqlalchemy import text
from sqlalchemy.engine import make_url

from backend.adapters.backups import manifest, postgresql, sqlite_file
from backend.adapters.backups.faults import BackupError
from backend.adapters.backups.manifest import Manifest
from backend.adapters.clock import SystemClock
from backend.adapters.db.accounting_store import StatementSqlReader
from backend.adapters.db.engine import make_engine
from backend.adapters.db.migrations import is_known, migrate
from backend.services.accounting.prove import Prove
from backend.settings import Settings

VERBS: Final = ("make", "prove", "restore")
DATABASE: Final = {"sqlite": "database.sqlite", "postgresql": "database.pgdump"}
TELEMETRY: Final = "telemetry.sqlite"
WAL_FILES: Final = ("-wal", "-shm")


class BackupExit(IntEnum):
    """Exit codes."""

    DONE = 0
    FAULT = 1
    USAGE = 2


@dataclass(frozen=True)
class Asked:
    """What the command line said. `also`: further SQLite files of this site, by the name they get in the backup."""

    verb: str
    folder: Path
    also: dict[str, Path]
    telemetry: bool = True
    replace: bool = False


@dataclass(frozen=True)
class _Moment:
    """The time of a backup, as the time at which it is proved."""

    at: datetime

    def now(self) -> datetime:
        return self.at


def backup(settings: Settings, asked: Asked) -> BackupExit:
    """`make` fills an empty or new folder, `prove` tries all that is in it, `restore` puts it in place, once proved."""
    if asked.verb not in VERBS:
        _say("用法：backup make|prove|restore 目录", "usage: backup make|prove|restore FOLDER")
        return BackupExit.USAGE
    try:
        if asked.verb == "make":
            _make(settings, asked)
        else:
            found = _prove(settings, asked.folder)
            if asked.verb == "restore":
                _restore(settings, asked, found)
    except BackupError as fault:
        _say(fault.words.zh, fault.words.en)
        return BackupExit.FAULT
    except OSError as error:
        _say(f"{error.filename}：{error.strerror}", f"{error.filename}: {error.strerror}")
        return BackupExit.FAULT
    return BackupExit.DONE


def _make(settings: Settings, asked: Asked) -> None:
    folder = asked.folder
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise BackupError(f"{folder} 不是空目录", f"{folder} is not empty")
    url = make_url(settings.database_url)
    kind = url.get_backend_name()
    made_at, target = SystemClock().now(), folder / DATABASE[kind]
    with _bar() as progress:
        if kind == "sqlite":
            _copy(progress, _present(Path(url.database or "")), target)
            counted = sqlite_file.rows(target)
        else:
            progress.add_task(target.name, total=None)
            counted = postgresql.dump(settings.database_url, target)
        copies = [target]
        others = {**asked.also, **({TELEMETRY: settings.telemetry_path} if asked.telemetry else {})}
        for name, source in others.items():
            if source.exists():
                _copy(progress, source, folder / name)
                copies.append(folder / name)
    for path in copies:
        path.chmod(0o600)
    files = [manifest.held(path) for path in copies]
    manifest.write(folder, Manifest(manifest.FORMAT, made_at, kind, _revision(settings.database_url), counted, files))
    _say(
        f"已备份 {counted.get('alerts', 0)} 条报警、{counted.get('events', 0)} 条事件：{folder}",
        f"{counted.get('alerts', 0)} alerts and {counted.get('events', 0)} events are in {folder}",
    )


def _present(path: Path) -> Path:
    if not path.exists():
        raise BackupError(f"没有数据库：{path}", f"no database there: {path}")
    return path


def _copy(progress: Progress, source: Path, target: Path) -> None:
    task = progress.add_task(target.name, total=None)
    sqlite_file.copy(source, target, lambda done, pages: progress.update(task, completed=done, total=pages))
    sqlite_file.prove(target)


def _revision(url: str) -> str:
    engine = make_engine(url)
    try:
        with engine.connect() as connection:
            return str(connection.scalar(text("SELECT version_num FROM alembic_version")))
    finally:
        engine.dispose()


def _prove(settings: Settings, folder: Path) -> Manifest:
    """Hashes, pages, references, counts; then the database is brought to this version in a scratch place, and the
    chain of statements is proved from its events."""
    found = manifest.read(folder)
    if not is_known(found.revision):
        raise BackupError(
            "备份来自更新的版本：请先升级本程序",
            "the backup is of a newer version: bring this program up to date first",
        )
    for entry in found.files:
        if entry.name.endswith(".sqlite"):
            sqlite_file.prove(folder / entry.name)
    with _scratch(settings, folder, found) as (url, counted):
        if counted != found.rows:
            wrong = sorted(name for name in {*counted, *found.rows} if counted.get(name) != found.rows.get(name))
            raise BackupError(f"行数与清单不符：{'、'.join(wrong)}", f"not as many rows as listed: {', '.join(wrong)}")
        _prove_statements(url, settings, found)
    _say(
        f"备份完好：{len(found.files)} 个文件，{sum(found.rows.values())} 行，时间 {found.made_at:%Y-%m-%d %H:%M:%S}Z",
        f"the backup holds: {len(found.files)} files, {sum(found.rows.values())} rows, of {found.made_at:%F %T}Z",
    )
    return found


@contextmanager
def _scratch(settings: Settings, folder: Path, found: Manifest) -> Iterator[tuple[str, dict[str, int]]]:
    """The database of the backup in a place of its own: its URL, and its rows as they arrived."""
    source = folder / DATABASE[found.database]
    if found.database == "sqlite":
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".proving-") as place:
            path = Path(place, source.name)
            shutil.copyfile(source, path)
            yield f"sqlite:///{path}", sqlite_file.rows(path)
        return
    if make_url(settings.database_url).get_backend_name() != "postgresql":
        raise BackupError(
            "这份备份来自 PostgreSQL：请把 database_url 指向一台 PostgreSQL",
            "this backup is of PostgreSQL: point database_url at one",
        )
    with postgresql.scratch(settings.database_url) as url:
        postgresql.load(url, source, replace=False)
        yield url, postgresql.rows(url)


def _prove_statements(url: str, settings: Settings, found: Manifest) -> None:
    engine = make_engine(url)
    try:
        migrate(engine)
        proof = Prove(StatementSqlReader(engine), _Moment(found.made_at), ZoneInfo(settings.time_zone))()
    finally:
        engine.dispose()
    if proof.faults:
        first = proof.faults[0]
        raise BackupError(
            f"对账单有 {len(proof.faults)} 处不成立，首处：{first.day} {first.kind}",
            f"{len(proof.faults)} statements do not hold, the first: {first.day} {first.kind}",
        )


def _restore(settings: Settings, asked: Asked, found: Manifest) -> None:
    url = make_url(settings.database_url)
    if url.get_backend_name() != found.database:
        raise BackupError(
            f"备份来自 {found.database}，本站使用 {url.get_backend_name()}",
            f"the backup is of {found.database}, this site uses {url.get_backend_name()}",
        )
    source = asked.folder / DATABASE[found.database]
    places = {**asked.also, TELEMETRY: settings.telemetry_path}
    if found.database == "sqlite":
        places[source.name] = Path(url.database or "")
    held = {entry.name: places[entry.name] for entry in found.files if entry.name in places}
    taken = [str(path) for path in held.values() if path.exists()]
    if found.database == "postgresql" and postgresql.rows(settings.database_url):
        taken.append(str(url.database))
    if taken and not asked.replace:
        raise BackupError(
            f"已有数据：{'、'.join(taken)}。加 --replace 则把现有数据移到一旁再恢复（PostgreSQL 中会被删除）",
            f"there is data already: {', '.join(taken)}. With --replace it is put aside (in PostgreSQL: dropped)",
        )
    if found.database == "postgresql":
        postgresql.load(settings.database_url, source, replace=asked.replace)
    stamp = f"{SystemClock().now():%Y%m%dT%H%M%SZ}"
    for name, path in held.items():
        _put(asked.folder / name, path, stamp)
    _say("已恢复", "restored")


def _put(source: Path, target: Path, stamp: str) -> None:
    """Durable under a name of its own first: the place is never without a whole database when this dies."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = target.with_name(f"{target.name}.restoring")
    shutil.copyfile(source, fresh)
    fresh.chmod(0o600)
    with fresh.open("rb") as file:
        os.fsync(file.fileno())
    aside = f"{target.name}.before-{stamp}"
    if target.exists():
        os.link(target, target.with_name(aside))
    for suffix in WAL_FILES:
        old = target.with_name(target.name + suffix)
        if old.exists():
            old.rename(target.with_name(aside + suffix))
    fresh.replace(target)


def _bar() -> Progress:
    return Progress(TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn(), transient=True)


def _say(zh: str, en: str) -> None:
    print(f"{zh}\n{en}", file=sys.stderr)


def asked_of(words: Sequence[str], also: Sequence[str], *, telemetry: bool, replace: bool) -> Asked:
    """The command line's words. `also`: NAME=PATH each. Raises `ValueError` with what is wrong."""
    if len(words) != 2:
        raise ValueError("backup make|prove|restore FOLDER")
    pairs = {}
    for pair in also:
        name, separator, path = pair.partition("=")
        if not separator or not name.endswith(".sqlite") or Path(name).name != name:
            raise ValueError(f"--also NAME.sqlite=PATH, not {pair}")
        pairs[name] = Path(path)
    return Asked(words[0], Path(words[1]), pairs, telemetry, replace)
