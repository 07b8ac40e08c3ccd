"""A site that is backed up and restored: its settings, its presses, and what the backup command answers."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from backend.adapters.db.alarm import alerts, events
from backend.adapters.db.engine import make_engine, reading
from backend.backup import Asked, BackupExit, backup
from backend.settings import Settings
from tests.harness.accounting import Books
from tests.harness.alarm import Alarm
from tests.harness.clock import ManualClock


class Site:
    """One database, and a telemetry file with one table beside it."""

    def __init__(self, engine: Engine, url: str, folder: Path, clock: ManualClock) -> None:
        self.engine, self.url, self.folder = engine, url, folder
        self.telemetry = folder / "readings.sqlite"
        self.alarm = Alarm(engine, clock)
        self.backup = folder / "backup"
        self.is_sqlite = url.startswith("sqlite")
        with closing(sqlite3.connect(self.telemetry)) as file:
            file.execute("CREATE TABLE points (value INTEGER)")
            file.execute("INSERT INTO points VALUES (36)")
            file.commit()

    def presses_of_three_days(self) -> None:
        """Stated and chained; the last of them now. The clock begins three days ago."""
        books = Books(self.alarm)
        books.press("T1", 1, 2)
        self.alarm.clock.turn(timedelta(days=3))
        while books.state():
            pass
        self.alarm.press("T2")

    def call(self, verb: str, folder: Path | None = None, *, url: str | None = None, **options: Any) -> BackupExit:
        """The command, on this site or on another database."""
        settings = Settings(database_url=url or self.url, telemetry_path=options.pop("telemetry", self.telemetry))
        return backup(settings, Asked(verb, folder or self.backup, options.pop("also", {}), **options))

    def pressed(self, url: str | None = None) -> tuple[set[str], set[str]]:
        """The ids of all events, and of those whose alert is there."""
        engine = make_engine(url or self.url)
        try:
            with reading(engine) as connection:
                heard = connection.execute(select(events.c.event_id, events.c.alert_id)).all()
                raised = set(connection.scalars(select(alerts.c.id)))
        finally:
            engine.dispose()
        return {row.event_id for row in heard}, {row.event_id for row in heard if row.alert_id in raised}


def said(capsys: pytest.CaptureFixture[str]) -> str:
    """What the person at the terminal read since the last look."""
    return capsys.readouterr().err
