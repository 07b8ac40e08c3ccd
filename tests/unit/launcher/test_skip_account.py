"""Under `./care test` an unexpected skip fails the run; a plain pytest run does not mind."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
TESTS = """
import pytest
def test_passes(): pass
@pytest.mark.skip(reason="no printer")
def test_skipped(): pass
@pytest.mark.xfail(reason="known")
def test_known_failure(): assert False
@pytest.mark.slow
def test_long(): pass
"""


def run(folder: Path, expected: dict[str, str], *options: str, account: bool = True) -> tuple[int, dict[str, object]]:
    tests = folder / "tests"
    tests.mkdir(parents=True)
    (tests / "__init__.py").touch()
    shutil.copy(ROOT / "tests/conftest.py", tests)
    source = (ROOT / "tests/expected_skips.py").read_text()
    # The function as it is, with a table of this test's own.
    (tests / "expected_skips.py").write_text(f"{source}\n\nEXPECTED_SKIPS = {expected!r}\n")
    (tests / "test_some.py").write_text(TESTS)
    environment = {
        **os.environ,
        "PYTHONPATH": str(folder),
        "CARE_TEST_NOTE": str(folder / "note.json") if account else "",
    }
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "--import-mode=importlib",
        *options,
        "tests",
    ]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False)
    note = json.loads((folder / "note.json").read_text()) if account else {}
    return done.returncode, note


WORKERS = pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["alone", "workers"])


@WORKERS
def test_an_unexpected_skip_fails_the_run(tmp_path: Path, workers: tuple[str, ...]) -> None:
    code, note = run(tmp_path, {}, *workers)
    assert code == 1
    assert note["passed"] == 2
    assert [row["reason"] for row in note["skipped"]] == ["Skipped: no printer", "known"]  # type: ignore[attr-defined]


def test_a_skip_in_the_table_does_not(tmp_path: Path) -> None:
    code, note = run(tmp_path, {"test_skipped": "no printer here", "test_known_failure": "issue 9"})
    assert code == 0
    assert [row["expected"] for row in note["skipped"]] == [True, True]  # type: ignore[attr-defined]


@WORKERS
def test_long_tests_left_out_are_counted_and_others_are_not(tmp_path: Path, workers: tuple[str, ...]) -> None:
    code, note = run(tmp_path, {}, *workers, "-m", "not slow", "-k", "test_passes or test_long")
    assert (code, note["passed"], note["left_for_all"], note["skipped"]) == (0, 1, 1, [])


@pytest.mark.parametrize("account", [False])
def test_a_plain_run_does_not_mind(tmp_path: Path, account: bool) -> None:
    assert run(tmp_path, {}, account=account)[0] == 0
