"""What runs beside the other steps is waited for, and what it printed is shown in its turn."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from launcher.shell import Beside


def _beside(code: str, folder: Path, seconds: float = 20.0) -> Beside:
    return Beside([sys.executable, "-c", code], folder, {"CARE_WORD": "说"}, seconds)


def test_its_code_and_its_words_come_at_the_end(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    step = _beside("import os; print(os.environ['CARE_WORD'] * 2); raise SystemExit(3)", tmp_path)
    assert step.begin() == 0
    assert capfd.readouterr().out == ""
    assert step.end() == 3
    assert capfd.readouterr().out == "说说\n"


def test_one_that_hangs_is_ended_and_has_failed(tmp_path: Path) -> None:
    step = _beside("import signal; signal.pause()", tmp_path, seconds=0.5)
    step.begin()
    assert step.end() == 124


def test_one_that_was_never_begun_has_failed(tmp_path: Path) -> None:
    assert _beside("", tmp_path).end() == 1
