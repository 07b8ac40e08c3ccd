"""When a run of the tests counts as passed, and the line that machines read at its end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from launcher import suite
from launcher.exits import Exit
from launcher.places import Places
from launcher.shell import Stop


def note(places: Places, **counts: object) -> int:
    """What tests/conftest.py writes at the end of a pytest run."""
    full = {"passed": 0, "failed": 0, "left_for_all": 0, "skipped": [], **counts}
    (places.root / "test-results" / "run.json").write_text(json.dumps(full))
    return 0


def broken() -> int:
    raise Stop("no compiler", Exit.MISSING)


def test_all_steps_run_and_one_failure_fails_the_whole(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    places, ran = Places(tmp_path), []
    steps = [
        suite.Step("first", lambda: ran.append("first") or 1),
        suite.Step("second", broken),
        suite.Step("third", lambda: ran.append("third") or note(places, passed=7)),
    ]
    assert suite.run_steps(places, steps) is Exit.FAILED
    assert ran == ["first", "third"]
    printed = capsys.readouterr().out
    assert "no compiler" in printed
    assert printed.splitlines()[-1] == "7 passed, 0 failed, 0 skipped"


def test_what_was_skipped_is_said_with_its_reason(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    places = Places(tmp_path)
    rows = [{"id": "tests/x.py::test_a", "reason": "no printer", "expected": True}]
    step = suite.Step("tests", lambda: note(places, passed=3, skipped=rows, left_for_all=2))
    assert suite.run_steps(places, [step]) is Exit.OK
    printed = capsys.readouterr().out
    assert "tests/x.py::test_a: no printer" in printed
    assert "--all): 2" in printed
    assert printed.splitlines()[-1] == "3 passed, 0 failed, 1 skipped"


def test_counts_of_an_earlier_run_do_not_count(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    places = Places(tmp_path)
    suite.run_steps(places, [suite.Step("tests", lambda: note(places, passed=3, failed=1))])
    assert suite.run_steps(places, [suite.Step("lint", lambda: 0)]) is Exit.OK
    assert capsys.readouterr().out.splitlines()[-1] == "0 passed, 0 failed, 0 skipped"


def test_which_server_was_tested_against_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    places = Places(tmp_path)
    step = suite.Step("tests", lambda: note(places, passed=1, against={"InfluxDB": "influxd: /somewhere/influxd"}))
    assert suite.run_steps(places, [step]) is Exit.OK
    printed = capsys.readouterr().out.splitlines()
    assert any(line.startswith("InfluxDB") and line.endswith("influxd: /somewhere/influxd") for line in printed)
    assert printed[-1] == "1 passed, 0 failed, 0 skipped"
