"""What is wrong with a backup is found before anything is put in place, and said in words."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from backend.adapters.backups import manifest
from backend.adapters.db.engine import make_engine, writing
from backend.adapters.db.migrations import upgrade
from backend.backup import BackupExit
from tests.harness.backups import Site, said

OLDER = "0010"
"""A version of the tables from before the statements."""


def listed_anew(folder: Path) -> None:
    """The list, made to fit files that were altered: only what is inside them can tell."""
    found = json.loads((folder / manifest.NAME).read_text())
    for entry in found["files"]:
        held = manifest.held(folder / entry["name"])
        entry |= {"bytes": held.bytes, "sha256": held.sha256}
    (folder / manifest.NAME).write_text(json.dumps(found))


def altered(statement: str) -> Callable[[Path], None]:
    def alter(folder: Path) -> None:
        with closing(sqlite3.connect(folder / "database.sqlite")) as file:
            assert file.execute(statement).rowcount > 0
            file.commit()
        listed_anew(folder)

    return alter


def a_byte(folder: Path) -> None:
    path = next(folder.glob("database.*"))
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)


def pages(folder: Path) -> None:
    path = folder / "database.sqlite"
    content = bytearray(path.read_bytes())
    content[8192:20480] = bytes(12288)
    path.write_bytes(content)
    listed_anew(folder)


def newer(folder: Path) -> None:
    path = folder / manifest.NAME
    path.write_text(path.read_text().replace(json.loads(path.read_text())["revision"], "9999"))


def no_list(folder: Path) -> None:
    (folder / manifest.NAME).unlink()


ANYWHERE = [(a_byte, "not what was written"), (newer, "newer version"), (no_list, "no backup")]
INSIDE = [
    (pages, "is damaged"),
    (altered("DELETE FROM events WHERE device_id = 'T2'"), "not as many rows as listed: events"),
    (altered("UPDATE press_statements SET body = replace(body, 'T1', 'T9')"), "statements do not hold"),
]


@pytest.mark.parametrize(("harm", "words"), ANYWHERE)
def test_of_any_database(
    site: Site, harm: Callable[[Path], None], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    refused(site, harm, words, capsys)


@pytest.mark.parametrize(("harm", "words"), INSIDE)
def test_of_sqlite(site: Site, harm: Callable[[Path], None], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    if not site.is_sqlite:
        assert site.call("make") is BackupExit.DONE  # pg_restore judges its own file
        return
    refused(site, harm, words, capsys)


def refused(site: Site, harm: Callable[[Path], None], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    site.presses_of_three_days()
    assert site.call("make") is BackupExit.DONE
    harm(site.backup)
    before = site.pressed()
    assert site.call("restore", replace=True) is BackupExit.FAULT
    assert words in said(capsys)
    assert site.pressed() == before


def test_a_folder_with_something_in_it_is_left_alone(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    site.backup.mkdir()
    (site.backup / "letters.txt").write_text("mine")
    assert site.call("make") is BackupExit.FAULT
    assert "is not empty" in said(capsys)
    assert (site.backup / "letters.txt").read_text() == "mine"


def test_one_of_an_older_version_is_brought_up_to_date(site: Site, empty_database_url: str) -> None:
    engine = make_engine(empty_database_url)
    try:
        with writing(engine) as connection:
            upgrade(connection, OLDER)
            connection.commit()
    finally:
        engine.dispose()
    assert site.call("make", url=empty_database_url) is BackupExit.DONE
    assert manifest.read(site.backup).revision == OLDER
    assert site.call("prove", url=empty_database_url) is BackupExit.DONE
