"""`python -m backend telemetry-migrate`: embedded store → InfluxDB, what a person is told, and the exit code."""

from __future__ import annotations

import hashlib
import os
import sys
import threading
from datetime import timedelta
from enum import IntEnum
from pathlib import Path
from typing import Final

from backend.adapters.clock import SystemClock
from backend.adapters.copy_progress import CopyProgress
from backend.adapters.db.engine import make_engine
from backend.adapters.db.migrations import migrate as bring_database_up_to_date
from backend.adapters.db.telemetry_erasures import SqlErasures
from backend.adapters.telemetry.database import TelemetryDatabase
from backend.adapters.telemetry.influx.store import InfluxTelemetryStore
from backend.adapters.telemetry.known_devices import known_devices
from backend.adapters.telemetry.migration_journal import MigrationJournalFile
from backend.adapters.telemetry.sqlite import SqliteTelemetryStore
from backend.services.telemetry.migrate import Difference, Migrate, RollUps
from backend.services.telemetry.ports import TelemetryAway
from backend.settings import Settings
from backend.telemetry_store import influx_options, retention_of

MARGIN: Final = timedelta(hours=1)
"""Readings that InfluxDB would forget within this time are not worth the way, nor a difference that is none."""
NICE: Final = 10
"""A copy of years never makes a press wait (as exports)."""
STUCK_SECONDS: Final = 60.0
"""So long without one point fewer waiting, and InfluxDB takes none."""
SHOWN: Final = 20


class CopyExit(IntEnum):
    """Exit codes of a migration."""

    COMPLETE = 0
    DIFFERENT = 1
    USAGE = 2
    UNREACHABLE = 5
    INTERRUPTED = 130


def migrate_telemetry(settings: Settings, forget: RollUps | None) -> CopyExit:
    """Copy, compare, say. Broken off at any moment, another call goes on from there.

    `forget`: delete the readings from the file when all have arrived, and say what becomes of old roll-ups; only where
    the backend does not use the file any more.
    """
    os.nice(NICE)
    if forget is not None and settings.telemetry_store != "influx":
        _say(
            "后端仍在使用本机文件，请先切换到 InfluxDB", "the backend still uses the file: switch it to InfluxDB first"
        )
        return CopyExit.USAGE
    clock = SystemClock()
    engine = make_engine(settings.database_url)
    retention = retention_of(settings)
    source = TelemetryDatabase(settings.telemetry_path)
    target = InfluxTelemetryStore(influx_options(settings), clock, clock.monotonic)
    journal = MigrationJournalFile(journal_path(settings))
    oldest = (clock.now() - retention.raw + MARGIN).timestamp()
    try:
        bring_database_up_to_date(engine)
        health = target.health()
        if not health.ok and not health.detail.startswith("missing"):
            raise TelemetryAway(health.detail)
        target.start()
        work = Migrate(
            SqliteTelemetryStore(source, clock.monotonic, retention), target, journal, SqlErasures(engine), oldest,
            _pause,
        )  # fmt: skip
        differences = _run(work, known_devices(source), target, clock, forget)
    except TelemetryAway as away:
        _say(f"中断，可再次执行以继续：{away}", f"broken off, call again to go on: {away}")
        return CopyExit.UNREACHABLE
    except KeyboardInterrupt:
        _say("已停止，可再次执行以继续", "stopped, call again to go on")
        return CopyExit.INTERRUPTED
    finally:
        target.stop()
        journal.close()
        engine.dispose()
    return _tell(differences, journal, forget)


def _run(
    work: Migrate, device_ids: list[str], target: InfluxTelemetryStore, clock: SystemClock, forget: RollUps | None
) -> list[Difference]:
    with CopyProgress(clock.monotonic) as progress:
        progress.begin("复制 copying")
        work.copy(device_ids, progress)
        progress.end()
        _wait_until_sent(target, clock)
        progress.begin("核对 comparing")
        differences = work.compare(progress)
        progress.end()
        if forget is not None and not differences:
            progress.begin("删除本机读数 deleting from the file")
            differences = work.forget(device_ids, forget, progress)
            progress.end()
    return differences


def _wait_until_sent(target: InfluxTelemetryStore, clock: SystemClock) -> None:
    """Raises `TelemetryAway` where nothing gets through for a minute; what waits stays on disk."""
    fewest, moved_at = target.figures().waiting, clock.monotonic()
    while (waiting := target.figures().waiting) > 0:
        if waiting < fewest:
            fewest, moved_at = waiting, clock.monotonic()
        elif clock.monotonic() - moved_at > STUCK_SECONDS:
            raise TelemetryAway(f"InfluxDB: {target.figures().trouble}, {waiting} points wait on disk")
        _pause(0.2)


def _pause(seconds: float) -> None:
    threading.Event().wait(seconds)


def journal_path(settings: Settings) -> Path:
    """Beside the telemetry file; another target has another journal."""
    target = f"{settings.influx_url}|{settings.influx_org}|{settings.influx_bucket_prefix}"
    name = hashlib.sha256(target.encode()).hexdigest()[:12]
    return settings.telemetry_path.with_name(f"migrate-{name}.jsonl")


def _tell(differences: list[Difference], journal: MigrationJournalFile, forget: RollUps | None) -> CopyExit:
    if not differences:
        journal.path.unlink(missing_ok=True)
        _say("全部读数都已到达，数量一致", "every reading has arrived, the counts agree")
        if forget is not RollUps.DELETE:
            _say(
                "原始读数已过期的汇总未复制，仍保留在本机文件中；确认不再需要时用 --forget --forget-roll-ups 删除",
                "roll-ups of hours whose readings have expired are not copied and stay in the file; "
                "when nobody needs them any more, --forget --forget-roll-ups deletes them",
            )
        return CopyExit.COMPLETE
    for row in differences[:SHOWN]:
        print(f"  {row.device_id} {row.metric}: {row.found} / {row.copied}", file=sys.stderr)
    _say(
        f"{len(differences)} 条序列数量不一致（到达 / 复制），再次执行将重新复制这些设备",
        f"{len(differences)} series hold less than was copied (found / copied); another call copies them again",
    )
    return CopyExit.DIFFERENT


def _say(zh: str, en: str) -> None:
    print(f"{zh} / {en}", file=sys.stderr, flush=True)
