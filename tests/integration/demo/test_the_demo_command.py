"""`python -m backend demo`: loaded, shown and wiped by a process, in both languages; a busy database is waited for."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from backend.demo import Asked, DemoExit, demo
from backend.services.demo.ports import StoreBusy
from backend.services.demo.turn import TRIES, in_turn
from backend.settings import Settings
from tests.harness.child import ROOT, clean_environment, python


@pytest.fixture
def call(tmp_path: Path) -> Callable[..., tuple[int, str]]:
    """The command on a database of its own: exit code and words."""
    told = {
        "CARE_BACKEND_DATABASE_URL": f"sqlite:///{tmp_path}/care.sqlite",
        "CARE_BACKEND_TELEMETRY_PATH": f"{tmp_path}/telemetry.sqlite",
        "CARE_BACKEND_BROKER_ACCOUNTS_FILE": f"{tmp_path}/accounts",
        "CARE_BACKEND_BROKER_PASSWD_FILE": f"{tmp_path}/passwd",
    }

    def run(*words: str) -> tuple[int, str]:
        done = subprocess.run(
            python("backend", "demo", *words),
            env=clean_environment(told),
            cwd=ROOT,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=120,
            check=False,
        )
        return done.returncode, done.stdout

    return run


@pytest.mark.timeout(300)
def test_loaded_shown_and_wiped(call: Callable[..., tuple[int, str]]) -> None:
    code, said = call("show")
    assert (code, "没有演示区" in said, "no demo district" in said) == (1, True, True)
    code, said = call("load", "--seed", "3", "--homes", "40")
    assert (code, "已载入" in said, "is loaded" in said) == (0, True, True)
    code, said = call("load", "--seed", "4", "--homes", "40")
    assert (code, "wipe" in said) == (1, True)
    _, said = call("show")
    assert "只讲方言" in said
    assert "Dialect only" in said
    code, said = call("wipe")
    assert (code, "is gone" in said) == (0, True)


@pytest.mark.parametrize("asked", [Asked("lode"), Asked("load", homes=3), Asked("load", seed=-1)])
def test_what_cannot_be_is_refused_before_anything_is_opened(asked: Asked, capsys: pytest.CaptureFixture[str]) -> None:
    assert demo(Settings(database_url="sqlite:////nowhere/care.sqlite"), asked) is DemoExit.USAGE
    assert "usage" in capsys.readouterr().err


def test_a_busy_database_is_asked_again() -> None:
    answers = iter([StoreBusy("busy"), StoreBusy("busy"), 7])
    rests: list[timedelta] = []

    def ask() -> int:
        answer = next(answers)
        if isinstance(answer, StoreBusy):
            raise answer
        return answer

    assert in_turn(ask, rests.append) == 7
    assert len(rests) == 2


def test_one_that_stays_away_is_told() -> None:
    rests: list[timedelta] = []

    def ask() -> int:
        raise StoreBusy("away")

    with pytest.raises(StoreBusy):
        in_turn(ask, rests.append)
    assert len(rests) == TRIES
