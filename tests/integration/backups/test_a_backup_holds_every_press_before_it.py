"""A backup of a running site: every press that was answered before it is in it, each whole, and it proves so."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.engine import make_url

from backend.backup import BackupExit
from tests.harness.backups import Site, said
from tests.harness.clock import wait_until
from tests.harness.postgres import create_database, drop_database, postgres_url


def elsewhere(site: Site, folder: Path) -> str:
    """A database that is not there yet (SQLite), or an empty one on the same server."""
    return f"sqlite:///{folder}/care.sqlite" if site.is_sqlite else postgres_url(create_database())


def forget(url: str) -> None:
    if not url.startswith("sqlite"):
        drop_database(str(make_url(url).database))


def test_made_while_presses_arrive_and_put_back_elsewhere(site: Site, tmp_path: Path) -> None:
    site.presses_of_three_days()
    ended, pressed = threading.Event(), []

    def press_on() -> None:
        while not ended.is_set():
            pressed.append(site.alarm.press("T3").outcomes[0].outcome)

    thread = threading.Thread(target=press_on, name="presses")
    thread.start()
    try:
        wait_until(lambda: len(pressed) >= 5, "five presses")
        before = len(pressed)
        assert site.call("make") is BackupExit.DONE
        after = len(pressed)
        wait_until(lambda: len(pressed) > after, "a press after the backup")
    finally:
        ended.set()
        thread.join()
    fresh = tmp_path / "fresh"
    url = elsewhere(site, fresh)
    try:
        assert site.call("restore", url=url, telemetry=fresh / "readings.sqlite") is BackupExit.DONE
        heard, whole = site.pressed(url)
        assert heard == whole
        assert 3 + before <= len(heard) <= 3 + len(pressed)
        assert heard <= site.pressed()[0]
        with closing(sqlite3.connect(fresh / "readings.sqlite")) as file:
            assert file.execute("SELECT value FROM points").fetchall() == [(36,)]
    finally:
        forget(url)


def test_proving_it_touches_nothing(site: Site, database: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    site.presses_of_three_days()
    assert site.call("make") is BackupExit.DONE
    site.alarm.press("T1")
    now = site.pressed()
    assert site.call("prove") is BackupExit.DONE
    assert site.pressed() == now
    assert "the backup holds" in said(capsys)
    assert [path.name for path in site.folder.iterdir() if path.name.startswith(".proving-")] == []


def test_data_that_is_there_is_not_written_over(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    site.presses_of_three_days()
    assert site.call("make") is BackupExit.DONE
    site.alarm.press("T1", "after-the-backup")
    site.engine.dispose()
    assert site.call("restore") is BackupExit.FAULT
    assert "--replace" in said(capsys)
    assert "after-the-backup" in site.pressed()[0]
    assert site.call("restore", replace=True) is BackupExit.DONE
    assert "after-the-backup" not in site.pressed()[0]
    if site.is_sqlite:
        (aside,) = [path for path in site.folder.glob("care.sqlite.before-*") if path.name.endswith("Z")]
        assert "after-the-backup" in site.pressed(f"sqlite:///{aside}")[0]
