"""A program that is told to stop while Python still loads its libraries leaves with 0, and has made nothing."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path
from typing import Final

import pytest

from tests.harness.child import ROOT, clean_environment, python

COMMANDS: Final = {
    "backend": ("backend", "--role", "all"),
    "gateway": ("gateway", "--lane", "emergency"),
    "sim": ("device_sim", "run"),
}
SITE: Final = """
import os, sys

class Striker:
    def find_spec(self, name, *_):
        if name == "structlog":
            sys.meta_path.remove(self)
            os.kill(os.getpid(), {number})

sys.meta_path.insert(0, Striker())
"""
"""Python runs it before the program: the signal comes when the first large library is asked for."""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("name", COMMANDS)
def test_it_leaves_with_0_and_has_made_nothing(tmp_path: Path, name: str, number: signal.Signals) -> None:
    site, folder = tmp_path / "site", tmp_path / "folder"
    site.mkdir()
    folder.mkdir()
    (site / "sitecustomize.py").write_text(SITE.format(number=int(number)))
    environment = clean_environment({"PYTHONPATH": f"{site}:{ROOT}", "CARE_CONFIG_DIR": str(ROOT / "config")})
    done = subprocess.run(
        python(*COMMANDS[name]), env=environment, cwd=folder, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert list(folder.iterdir()) == []


def test_another_command_is_ended_as_ever(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(SITE.format(number=int(signal.SIGTERM)))
    environment = clean_environment({"PYTHONPATH": f"{tmp_path}:{ROOT}"})
    done = subprocess.run(python("backend", "migrate"), env=environment, cwd=tmp_path, timeout=60, check=False)
    assert done.returncode == -signal.SIGTERM, "it has not done its work, so 0 would be a lie"
