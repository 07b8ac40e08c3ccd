"""What the disk adds: kill -9 in the middle, a broken file, a file that cannot be opened."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway.adapters.spool import SqliteSpool
from gateway.core.ports import Item, Kind, SpoolUnavailable
from tests.harness.child import ROOT

NOW = datetime(2026, 11, 24, 3, 12, 45, tzinfo=UTC)
WRITER = """
import sys
from pathlib import Path
from gateway.adapters.spool import SqliteSpool
from gateway.core.ports import Item, Kind
spool = SqliteSpool(Path(sys.argv[1]), 1_000_000, 1_000_000_000)
number = int(sys.argv[2])
while True:
    batch = [Item(Kind.EVENT, "T1", "t", False, f"{number + n}".encode()) for n in range(3)]
    spool.append(batch)
    number += 3
    print(number, flush=True)
"""


def _item(text: str) -> Item:
    return Item(Kind.EVENT, "T1", "2026-11-24T03:12:45.000Z", False, text.encode())


def _payloads(spool: SqliteSpool) -> list[bytes]:
    return [entry.item.payload for entry in spool.waiting(Kind.EVENT, NOW, 1_000_000)]


def test_what_append_returned_for_survives_kill_9(tmp_path: Path) -> None:
    path, number = tmp_path / "spool.sqlite", 0
    for round_number in range(5):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path), str(number)], stdout=subprocess.PIPE, text=True, cwd=ROOT
        )
        assert writer.stdout is not None
        for _ in range(20 + 7 * round_number):
            number = int(writer.stdout.readline())
        writer.kill()
        rest = writer.stdout.read().splitlines()
        writer.wait()
        number = int(rest[-1]) if rest else number
        kept = {int(payload) for payload in _payloads(SqliteSpool(path, 1_000_000, 1_000_000_000))}
        assert set(range(number)) <= kept
        assert len(kept) % 3 == 0, "half a batch was kept"
        number = max(kept) + 1


def test_spool_goes_on_after_a_restart(tmp_path: Path) -> None:
    first = SqliteSpool(tmp_path / "spool.sqlite", 3, 1_000_000)
    first.append([_item("a"), _item("b")])
    first.close()
    second = SqliteSpool(tmp_path / "spool.sqlite", 3, 1_000_000)
    assert _payloads(second) == [b"a", b"b"]
    with pytest.raises(SpoolUnavailable):
        second.append([_item("c"), _item("d")])


def test_synchronous_is_full_and_the_file_is_private(tmp_path: Path) -> None:
    spool = SqliteSpool(tmp_path / "spool.sqlite", 10, 1_000_000)
    assert spool._connection is not None
    assert spool._connection.execute("PRAGMA synchronous").fetchone() == (2,)
    assert spool._connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert (tmp_path / "spool.sqlite").stat().st_mode & 0o077 == 0


def test_broken_file_is_set_aside_and_what_is_readable_is_rescued(tmp_path: Path) -> None:
    path = tmp_path / "spool.sqlite"
    first = SqliteSpool(path, 100_000, 100_000_000)
    first.append([_item(f"{number:04d}" + "x" * 500) for number in range(500)])
    first.close()
    content = bytearray(path.read_bytes())
    content[len(content) // 2 : len(content) // 2 + 8192] = b"\xff" * 8192
    path.write_bytes(content)
    second = SqliteSpool(path, 100_000, 100_000_000)
    assert second.set_aside == 1
    assert path.with_name("spool.sqlite.broken-1").exists()
    rescued = _payloads(second)
    assert rescued
    assert rescued[0].startswith(b"0000")
    second.append([_item("new")])
    assert _payloads(second)[-1] == b"new"


def test_file_that_breaks_while_it_is_open_is_set_aside(tmp_path: Path) -> None:
    path = tmp_path / "spool.sqlite"
    spool = SqliteSpool(path, 100, 1_000_000)
    spool.append([_item("a")])
    spool.close()
    path.write_bytes(b"no database at all" * 500)
    spool.append([_item("b")])
    assert spool.set_aside == 1
    assert _payloads(spool) == [b"b"]


def test_folder_that_cannot_be_made_is_unavailable_and_comes_back(tmp_path: Path) -> None:
    (tmp_path / "in-the-way").write_text("a file")
    spool = SqliteSpool(tmp_path / "in-the-way" / "spool.sqlite", 10, 1_000_000)
    with pytest.raises(SpoolUnavailable):
        spool.append([_item("a")])
    (tmp_path / "in-the-way").unlink()
    spool.append([_item("a")])
    assert _payloads(spool) == [b"a"]


def test_locked_file_is_unavailable_not_broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "spool.sqlite"
    spool = SqliteSpool(path, 10, 1_000_000)
    assert spool._connection is not None
    spool._connection.execute("PRAGMA busy_timeout = 50")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(SpoolUnavailable):
        spool.append([_item("a")])
    other.execute("ROLLBACK")
    other.close()
    spool.append([_item("a")])
    assert (spool.set_aside, _payloads(spool)) == (0, [b"a"])
