"""A file is made beside the backend: it ends with its reader, and one that broke off is never taken for a whole one."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import psutil
import pytest

from backend.adapters.exports.child import ChildExports
from backend.services.telemetry.homes import Place
from backend.services.telemetry.ports import TelemetryAway
from tests.harness.clock import wait_until

PLACES = [Place("T1", "terminal", "卧室", "h1", "林家")]


def exports(program: str, **settings: object) -> ChildExports:
    return ChildExports([sys.executable, "-c", f"import sys, json; {program}"], settings)


def test_the_child_is_told_by_its_input_and_answers_by_its_output() -> None:
    echo = "request = sys.stdin.buffer.read(); sys.stdout.buffer.write(request)"
    told = json.loads(b"".join(exports(echo, database_url="secret")(PLACES, "csv")))
    assert told["settings"] == {"database_url": "secret"}
    assert told["places"][0]["room"] == "卧室"
    assert told["format"] == "csv"


@pytest.mark.parametrize(
    "program",
    ["sys.exit(5)", "sys.stdin.read(); sys.exit(1)", "sys.stdin.read(); print('half', flush=True); sys.exit(5)"],
)
def test_one_that_fails_is_away(program: str) -> None:
    with pytest.raises(TelemetryAway):
        b"".join(exports(program)(PLACES, "csv"))


def test_a_program_that_cannot_read_the_request_is_away() -> None:
    failing = ChildExports([sys.executable, "-m", "backend.exporting"], {"telemetry_store": "nowhere"})
    with pytest.raises(TelemetryAway):
        b"".join(failing(PLACES, "csv"))


def test_it_ends_when_nobody_reads_any_more(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    endless = f"import os; open({str(pid_file)!r}, 'w').write(str(os.getpid())); sys.stdin.read()"
    pieces = exports(f"{endless}; [sys.stdout.write('x' * 65536) for _ in iter(int, 1)]")(PLACES, "csv")
    next(pieces)
    child = psutil.Process(int(pid_file.read_text()))
    assert child.is_running()
    del pieces
    wait_until(lambda: not child.is_running(), "the export to end")
