"""Several processes write and read one telemetry file; a killed one loses nothing that it was told is stored."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from math import inf
from pathlib import Path

from backend.adapters.clock import SystemClock
from backend.adapters.telemetry.database import TelemetryDatabase
from backend.adapters.telemetry.sqlite import SqliteTelemetryStore
from backend.services.telemetry.ports import DeviceReading, TelemetryAway

WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from backend.adapters.clock import SystemClock
from backend.adapters.telemetry.database import TelemetryDatabase
from backend.adapters.telemetry.sqlite import SqliteTelemetryStore
from backend.services.telemetry.ports import DeviceReading
path, device, batches = sys.argv[1], sys.argv[2], int(sys.argv[3])
store = SqliteTelemetryStore(TelemetryDatabase(Path(path)), SystemClock().monotonic)
received = datetime(2026, 11, 24, tzinfo=UTC)
for batch in range(batches):
    store.write([DeviceReading(device, "heart_rate", batch * 10 + n, 70.0, received) for n in range(10)])
    print(batch, flush=True)
"""


def start(path: Path, device: str, batches: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER, str(path), device, str(batches)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def stored(path: Path, device: str) -> int:
    store = SqliteTelemetryStore(TelemetryDatabase(path), SystemClock().monotonic)
    return len(store.range(device, "heart_rate", -inf, inf, 100_000))


def test_three_writers_at_once_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "telemetry.sqlite"
    writers = [start(path, f"T{number}", 40) for number in range(3)]
    for writer in writers:
        writer.communicate(timeout=60)
        assert writer.returncode == 0
    assert [stored(path, f"T{number}") for number in range(3)] == [400, 400, 400]


def test_what_was_said_to_be_stored_survives_kill_9(tmp_path: Path) -> None:
    path = tmp_path / "telemetry.sqlite"
    writer = start(path, "T1", 100_000)
    assert writer.stdout is not None
    said = [writer.stdout.readline() for _ in range(30)]
    writer.kill()
    rest = writer.stdout.read().splitlines()
    writer.wait(30)
    writer.stdout.close()
    told = len(said) + len([line for line in rest if line.strip()])
    assert stored(path, "T1") >= told * 10 > 0


def test_what_was_said_to_be_stored_survives_a_power_cut(tmp_path: Path) -> None:
    with TelemetryDatabase(tmp_path / "telemetry.sqlite").writing() as connection:
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,), "FULL: on the disk before the answer"
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_file_that_is_none_is_away_and_not_a_crash(tmp_path: Path) -> None:
    path = tmp_path / "telemetry.sqlite"
    path.write_bytes(b"this is no database, " * 1000)
    store = SqliteTelemetryStore(TelemetryDatabase(path), SystemClock().monotonic)
    reading = DeviceReading("T1", "heart_rate", 0, 70.0, datetime(2026, 11, 24, tzinfo=UTC))
    away: TelemetryAway | None = None
    try:
        store.write([reading])
    except TelemetryAway as error:
        away = error
    assert away is not None
    health = store.health()
    assert not health.ok
    assert "DatabaseError" in health.detail
